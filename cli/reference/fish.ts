/** Completion for fish: where nothing is known, names of files are offered. */
import type { Completed } from "./completion_data.ts";

export function fishCompletion(all: readonly Completed[]): string {
  const places = all.filter(({ at }) => at !== "").map(({ at }) => quote(at)).join(" ");
  const lines = all.flatMap(({ at, commands, flags }) => {
    const here = `complete -c gomcp -n ${quote(`__gomcp_at ${quote(at)}`)}`;
    return [
      ...commands.map(({ name, summary }) => `${here} -f -a ${name} -d ${quote(summary)}`),
      ...flags.map(({ name, help, takesValue, choices, isFile }) => {
        const option = `${here} -l ${name.slice(2)} -d ${quote(help)}`;
        if (!takesValue) return option;
        if (choices.length > 0) return `${option} -x -a ${quote(choices.join(" "))}`;
        return `${option} ${isFile ? "-r -F" : "-x"}`;
      }),
    ];
  });
  return `# Completion for fish: gomcp completions fish | source
set -g __gomcp_places ${places}
function __gomcp_at
  set -l words (commandline -opc)
  set -l at ""
  for word in $words[2..-1]
    contains -- "$at $word" $__gomcp_places; or break
    set at "$at $word"
  end
  test "$at" = "$argv[1]"
end
${lines.join("\n")}
`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
