"""A client of gomcp that nobody here wrote: Python's grpcio, with the stubs that protoc makes.

Calls every method over TLS and prints what came back as one JSON object.
"""
import json
import sys

stubs, address, ca_file, key = sys.argv[1:]
sys.path.insert(0, stubs)

import google  # noqa: E402
import grpc  # noqa: E402
from google.protobuf import json_format, struct_pb2  # noqa: E402

# Stubs of services that have the names of packages that are installed.
google.__path__ = [*google.__path__, stubs + "/google"]
grpc.__path__.append(stubs + "/grpc")

from gomcp.v1 import gomcp_pb2 as pb, gomcp_pb2_grpc  # noqa: E402
from google.rpc import status_pb2  # noqa: E402
from grpc.health.v1 import health_pb2, health_pb2_grpc  # noqa: E402
from grpc.reflection.v1 import reflection_pb2, reflection_pb2_grpc  # noqa: E402

TIMEOUT = 30
AUTH = [("authorization", "Bearer " + key)]


def failure(call):
    """The status of a call that fails, and what its details say."""
    try:
        call()
    except grpc.RpcError as error:
        details = {}
        for name, value in error.trailing_metadata():
            if name == "grpc-status-details-bin":
                for each in status_pb2.Status.FromString(value).details:
                    kind = each.type_url.split("/")[-1]
                    known = {
                        "google.rpc.ErrorInfo": status_pb2.ErrorInfo,
                        "google.rpc.BadRequest": status_pb2.BadRequest,
                        "google.rpc.RetryInfo": status_pb2.RetryInfo,
                        "google.rpc.QuotaFailure": status_pb2.QuotaFailure,
                        "gomcp.v1.Problem": pb.Problem,
                    }[kind]
                    details[kind] = json_format.MessageToDict(known.FromString(each.value))
        return {"status": error.code().name, "text": error.details(), "details": details}
    return {"status": "OK"}


def call(tool, arguments):
    return pb.CallToolRequest(tool=tool, arguments_json=json.dumps(arguments).encode())


def events(stream):
    return [json_format.MessageToDict(each) for each in stream]


def session(mcp):
    """Opens a session, asks twice at once in one frame, and reads both answers."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }

    def request(number):
        params = {"name": "add", "arguments": {"a": number, "b": 1}, "_meta": meta}
        message = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
        return json.dumps(message).encode()

    frames = iter([pb.Frame(messages=[request(1), request(2)]), pb.Frame(messages=[request(3)])])
    answers = {}
    for frame in mcp.Session(frames, metadata=AUTH, timeout=TIMEOUT):
        for message in frame.messages:
            answer = json.loads(message)
            answers[answer["id"]] = answer["result"]["content"][0]["text"]
    return answers


def main():
    with open(ca_file, "rb") as file:
        credentials = grpc.ssl_channel_credentials(root_certificates=file.read())
    options = [("grpc.ssl_target_name_override", "localhost")]
    with grpc.secure_channel(address, credentials, options) as channel:
        tools = gomcp_pb2_grpc.ToolServiceStub(channel)
        mcp = gomcp_pb2_grpc.McpServiceStub(channel)
        health = health_pb2_grpc.HealthStub(channel)
        reflection = reflection_pb2_grpc.ServerReflectionStub(channel)
        more = {"metadata": AUTH, "timeout": TIMEOUT}

        first = tools.ListTools(pb.ListToolsRequest(page_size=1), **more)
        second = tools.ListTools(
            pb.ListToolsRequest(page_size=100, page_token=first.next_page_token), **more
        )
        struct = struct_pb2.Struct()
        struct.update({"a": 1.5, "b": 2})
        by_struct = pb.CallToolRequest(
            tool="add", arguments_struct=struct, result_form=pb.RESULT_FORM_STRUCT
        )
        batch = pb.BatchCallRequest(
            items=[
                pb.BatchCallItem(id="x", tool="add", arguments_json=b'{"a":1,"b":1}'),
                pb.BatchCallItem(id="y", tool="none"),
            ],
            parallel=-1,
        )
        watch = tools.WatchTools(pb.WatchToolsRequest(), **more)
        watched = next(watch).tools
        watch.cancel()
        health_watch = health.Watch(health_pb2.HealthCheckRequest(), timeout=TIMEOUT)
        serving = next(health_watch).status
        health_watch.cancel()
        asked = iter([reflection_pb2.ServerReflectionRequest(list_services="")])
        listed = next(iter(reflection.ServerReflectionInfo(asked, **more)))
        result = {
            "list": [tool.name for tool in [*first.tools, *second.tools]],
            "get": tools.GetTool(pb.GetToolRequest(name="add"), **more).description,
            "call": json.loads(tools.CallTool(call("add", {"a": 1, "b": 2}), **more).result_json),
            "struct": json_format.MessageToDict(tools.CallTool(by_struct, **more).result_struct),
            "stream": events(tools.CallToolStream(call("steps", {"count": 2}), **more)),
            "batch": events(tools.BatchCall(batch, **more).results),
            "batchStream": events(tools.BatchCallStream(batch, **more)),
            "watch": watched,
            "session": session(mcp),
            "health": [health.Check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT).status, serving],
            "services": [each.name for each in listed.list_services_response.service],
            "invalid": failure(lambda: tools.CallTool(call("add", {"a": 1, "b": "é"}), **more)),
            "unauthenticated": failure(lambda: tools.CallTool(call("add", {}), timeout=TIMEOUT)),
            "late": failure(
                lambda: tools.CallTool(call("endless", {}), metadata=AUTH, timeout=0.2)
            ),
        }
    print(json.dumps(result))


main()
