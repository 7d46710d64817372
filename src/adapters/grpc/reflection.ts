/** Server reflection: what services there are and what their messages are made of, for tools like grpcurl. */
import { type ServerDuplexStream, status as Status } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { decodeBase64Url } from "../../base/base64.ts";
import { describeThrown, type Problem } from "../../base/errors.ts";
import { clip } from "../../protocol/jsonrpc.ts";
import { DESCRIPTORS } from "../../protocol/gen/descriptors.ts";
import { grpc } from "../../protocol/gen/grpc_services.js";

const { ServerReflectionRequest, ServerReflectionResponse } = grpc.reflection.v1;

type Request = grpc.reflection.v1.ServerReflectionRequest;
type Response = grpc.reflection.v1.ServerReflectionResponseInit;
type Descriptor = (typeof DESCRIPTORS)[number];

const BY_NAME: ReadonlyMap<string, Descriptor> = new Map(
  DESCRIPTORS.map((each) => [each.name, each]),
);
const BY_SYMBOL: ReadonlyMap<string, Descriptor> = new Map(
  DESCRIPTORS.flatMap((each) => each.symbols.map((symbol) => [symbol, each] as const)),
);

/** Answers until the client ends its side; a client that does not read is not asked on. */
export function reflect(
  stream: ServerDuplexStream<Buffer, Buffer>,
  services: readonly string[],
): Promise<Problem | undefined> {
  return new Promise((resolve) => {
    stream.on("data", (bytes: Buffer) => {
      let request: Request;
      try {
        request = ServerReflectionRequest.decode(bytes);
      } catch (error) {
        const detail = `Cannot read request: ${clip(describeThrown(error))}`;
        return resolve({ code: "parse_error", detail });
      }
      const response = {
        validHost: request.host,
        originalRequest: request,
        ...answer(request, services),
      };
      const written = ServerReflectionResponse.encode(response).finish();
      if (stream.write(written as Buffer)) return;
      stream.pause();
      stream.once("drain", () => stream.resume());
    });
    stream.on("end", () => resolve(undefined));
    stream.on("close", () => resolve(undefined));
  });
}

function answer(request: Request, services: readonly string[]): Response {
  switch (request.messageRequest) {
    case "listServices":
      return { listServicesResponse: { service: services.map((name) => ({ name })) } };
    case "fileByFilename":
      return fileAnswer(BY_NAME.get(request.fileByFilename!), request.fileByFilename!);
    case "fileContainingSymbol":
      return fileAnswer(
        BY_SYMBOL.get(request.fileContainingSymbol!),
        request.fileContainingSymbol!,
      );
    case "fileContainingExtension":
      return fault(Status.NOT_FOUND, "there are no extensions");
    case "allExtensionNumbersOfType":
      return fault(Status.NOT_FOUND, "there are no extensions");
    default:
      return fault(Status.INVALID_ARGUMENT, "the request asks for nothing");
  }
}

/** The file, and those that it imports. */
function fileAnswer(file: Descriptor | undefined, asked: string): Response {
  if (file === undefined) return fault(Status.NOT_FOUND, `not found: ${clip(asked)}`);
  const files = [file, ...file.imports.map((name) => BY_NAME.get(name)!)];
  const fileDescriptorProto = files.map(({ base64 }) => decodeBase64Url(base64));
  return { fileDescriptorResponse: { fileDescriptorProto } };
}

function fault(errorCode: number, errorMessage: string): Response {
  return { errorResponse: { errorCode, errorMessage } };
}
