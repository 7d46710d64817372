/** What the command line needs of tool hosts. */
export { describeTools } from "./hosted_modules.ts";
export type { HostProgram } from "../supervisor/hosts/host_process.ts";
export { describePermissions, type Permissions } from "../supervisor/hosts/permissions.ts";
export {
  createToolHosts,
  type HostedModule,
  type ToolHosts,
} from "../supervisor/hosts/tool_hosts.ts";
export type { HostOptions } from "../supervisor/hosts/options.ts";
