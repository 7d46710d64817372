/** Whether the modules load in their hosts and the upstreams answer. */
import { SILENT_LOG } from "../../src/base/log.ts";
import { provision } from "../config/provision.ts";
import { type Check, failed, ok } from "./check.ts";

export const checkModules: Check = async ({ loaded }) => {
  const { tools, resources, prompts, away } = await provision(loaded, SILENT_LOG);
  return [
    ok(`${tools} tools, ${resources} resources and ${prompts} prompts can be served`),
    ...away.map(({ name, detail }) => failed(`upstream "${name}" cannot be reached: ${detail}`)),
  ];
};
