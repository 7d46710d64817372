/** What a module may import from "gomcp" in a tool host: what tools are written with. */
export { defineTool } from "../../tools/define_tool.ts";
export { defineResource } from "../../resources/define_resource.ts";
export { definePrompt } from "../../prompts/define_prompt.ts";
export { GomcpError } from "../../base/errors.ts";
