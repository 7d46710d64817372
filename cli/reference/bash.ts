/** Completion for bash, from 3.2 on: where nothing is known, names of files are offered. */
import type { Completed } from "./completion_data.ts";

export function bashCompletion(all: readonly Completed[]): string {
  const places = all.filter(({ at }) => at !== "").map(({ at }) => `"${at}"`).join(" | ");
  const values = all.flatMap(({ at, flags }) =>
    flags.filter(({ takesValue }) => takesValue).map(({ name, choices }) =>
      `    "${at} ${name}") words="${choices.join(" ")}" ;;`
    )
  );
  const names = all.map(({ at, commands, flags }) => {
    const shown = flags.map(({ name, takesValue }) => takesValue ? `${name}=` : name);
    return `        "${at}") words="${
      [...commands.map(({ name }) => name), ...shown].join(" ")
    }" ;;`;
  });
  return `# Completion for bash: source <(gomcp completions bash)
_gomcp() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} at= flag= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${places}) at="$at \${COMP_WORDS[i]}" ;;
      *) break ;;
    esac
  done
  # "--mode=http" comes as three words.
  if [[ $cur == "=" ]]; then
    flag=$before cur=
  elif [[ $before == "=" ]]; then
    flag=\${COMP_WORDS[COMP_CWORD - 2]}
  else
    flag=$before
  fi
  case "$at $flag" in
${values.join("\n")}
    *)
      case "$at" in
${names.join("\n")}
      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ \${COMPREPLY-} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -o default -F _gomcp gomcp
`;
}
