/** The codec takes any JSON: it gives a verdict, never throws, and says what is wrong in JSON-RPC. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { checkMessage, owedFor } from "../../tests/support/fuzz/ledger.ts";
import { messageText } from "../../tests/support/fuzz/messages.ts";
import {
  type Envelope,
  errorText,
  readEnvelope,
  type RequestId,
  type RpcError,
} from "./jsonrpc.ts";
import { LEGACY, readHandshake } from "./legacy.ts";
import { claimsModern, headerClaimsModern, MODERN } from "./modern.ts";

/** Room for what a client is told of its own message, and no more. */
const ERROR_CHARS_MAX = 2_000;

function checkError(id: RequestId | undefined, error: RpcError): void {
  const text = errorText(id, error);
  checkMessage(JSON.parse(text));
  assert(text.length <= ERROR_CHARS_MAX, `${text.length} characters of error`);
  assert(error.message.isWellFormed());
}

/** What an adapter answers to this verdict. */
function answersTo(envelope: Envelope): { ids: RequestId[]; anonymous: number } {
  if (envelope.kind === "response") return { ids: [], anonymous: 0 };
  const { id } = envelope.kind === "message" ? envelope.message : envelope;
  if (id !== undefined) return { ids: [id], anonymous: 0 };
  return { ids: [], anonymous: envelope.kind === "invalid" ? 1 : 0 };
}

Deno.test("readEnvelope() tells of any JSON what is to be answered, and under which id", () => {
  fc.assert(
    fc.property(messageText, (text) => {
      const envelope = readEnvelope(JSON.parse(text));
      const { ids, anonymous } = owedFor(text, false);
      assertEquals({ ids, anonymous }, answersTo(envelope));
      if (envelope.kind === "invalid") checkError(envelope.id, envelope.error);
    }),
    { numRuns: 2_000 },
  );
});

const header = fc.option(fc.oneof(
  fc.constantFrom("2026-07-28", "tools/call", "add", "=?base64?YWRk?=", "=?base64?/w==?="),
  fc.string(),
));

Deno.test("both eras give a verdict on any request, whatever its headers say", () => {
  fc.assert(
    fc.property(messageText, header, header, header, (text, version, method, name) => {
      headerClaimsModern(version);
      const envelope = readEnvelope(JSON.parse(text));
      if (envelope.kind !== "message") return;
      const { message } = envelope;
      const errors = [
        LEGACY.checkRequest(message),
        MODERN.checkRequest(message),
        MODERN.checkRequest(message, {
          protocolVersion: version,
          mcpMethod: method,
          mcpName: name,
        }),
      ];
      const handshake = readHandshake(message.params);
      if ("code" in handshake) errors.push(handshake);
      for (const error of errors) if (error !== undefined) checkError(message.id, error);
      // What passes as modern has said that it is.
      if (errors[1] === undefined) assert(claimsModern(message));
    }),
    { numRuns: 2_000 },
  );
});
