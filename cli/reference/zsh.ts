/** Completion for zsh: sourced, or as the file _gomcp in a folder of $fpath. */
import type { Completed, CompletedFlag } from "./completion_data.ts";

export function zshCompletion(all: readonly Completed[]): string {
  const places = all.filter(({ at }) => at !== "").map(({ at }) => `"${at}"`).join("|");
  const cases = all.map((each) => `    ("${each.at}") ${actionOf(each)} ;;`);
  return `#compdef gomcp
# Completion for zsh: source <(gomcp completions zsh), behind compinit
_gomcp() {
  local at= i=2
  while (( i < CURRENT )); do
    case "$at \${words[i]}" in
      (${places}) at="$at \${words[i]}"; (( i++ )) ;;
      (*) break ;;
    esac
  done
  # What follows stands as if the command had no names before it.
  (( i-- ))
  words=("\${(@)words[i,-1]}")
  (( CURRENT -= i - 1 ))
  local -a commands
  case "$at" in
${cases.join("\n")}
  esac
}
if [[ "\${funcstack[1]}" == _gomcp ]]; then _gomcp "$@"; else compdef _gomcp gomcp; fi
`;
}

function actionOf({ commands, flags }: Completed): string {
  if (commands.length > 0) {
    const list = commands.map(({ name, summary }) => quote(`${name}:${summary}`));
    return `commands=(${list.join(" ")}); _describe command commands`;
  }
  return `_arguments ${flags.map(argumentOf).join(" ")} '*:file:_files'`;
}

function argumentOf({ name, help, takesValue, isList, value, choices, isFile }: CompletedFlag) {
  const told = help.replaceAll(/[\\[\]:]/g, "\\$&");
  if (!takesValue) return quote(`${name}[${told}]`);
  const action = choices.length > 0 ? `(${choices.join(" ")})` : isFile ? "_files" : " ";
  const label = value.replaceAll(":", "\\:");
  return quote(`${isList ? "*" : ""}${name}=[${told}]:${label}:${action}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
