/** What the generator of load does for each call: it must be less than what it measures. */
import { Latencies } from "../src/bench/load/latencies.ts";
import { Recorder } from "../src/bench/load/recorder.ts";
import { HttpReader } from "../src/bench/wire/http_reader.ts";
import { payloadText, toolCall, USUAL_TEXT } from "../src/bench/wire/tool_call.ts";
import { consume } from "./support.ts";

const latencies = new Latencies();
const recorder = new Recorder(0, 1e9);
const call = toolCall("echo", { msg: "$payload" }, USUAL_TEXT);
const large = toolCall("echo", { msg: "$payload" }, payloadText(64 * 1_024));
const ANSWER = new TextEncoder().encode(
  "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nvary: Accept-Encoding\r\n" +
    "content-length: 52\r\ndate: Mon, 23 Nov 2026 05:00:00 GMT\r\n\r\n" +
    '{"jsonrpc":"2.0","id":1000000,"result":{"content":1}}',
);
const reader = new HttpReader(1_000_000);
let number = 0;

Deno.bench("reading the clock", () => {
  consume(performance.now());
});

Deno.bench("a latency into the histogram", () => {
  latencies.add(0.0003 + (number++ & 1_023) / 1e6);
});

Deno.bench("a call into the recorder", () => {
  recorder.record(undefined, 0.0003, 1);
});

Deno.bench("the arguments of a call as a value", () => {
  consume(call.argumentsOf(number++));
});

Deno.bench("the arguments of a call as JSON", () => {
  consume(call.argumentsJson(number++));
});

Deno.bench("64 KiB of arguments as JSON", () => {
  consume(large.argumentsJson(number++));
});

Deno.bench("an answer of HTTP", () => {
  consume(reader.feed(ANSWER));
});
