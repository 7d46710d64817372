/** Completion for PowerShell, from 5.1 on. */
import type { Completed } from "./completion_data.ts";

export function powershellCompletion(all: readonly Completed[]): string {
  const places = all.map(({ at, commands, flags }) => {
    const entries = [
      ...commands.map(({ name, summary }) => entry(name, summary)),
      ...flags.map(({ name, help, takesValue }) => entry(takesValue ? `${name}=` : name, help)),
    ];
    // The comma keeps a list of one pair a list of pairs.
    return `    ${quote(at)} = @(,${entries.join(",")})`;
  });
  const values = all.flatMap(({ at, flags }) =>
    flags.filter(({ choices }) => choices.length > 0).map(({ name, choices }) =>
      `    ${quote(`${at} ${name}`)} = @(${choices.map(quote).join(", ")})`
    )
  );
  return `# Completion for PowerShell: gomcp completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName gomcp -ScriptBlock {
  param($word, $ast, $position)
  $places = @{
${places.join("\n")}
  }
  $values = @{
${values.join("\n")}
  }
  $at = ''
  foreach ($element in $ast.CommandElements | Select-Object -Skip 1) {
    if ($element.Extent.EndOffset -ge $position) { break }
    if (-not $places.ContainsKey("$at $element")) { break }
    $at = "$at $element"
  }
  if ($word -match '^(--[a-z-]+)=(.*)$') {
    $flag = $Matches[1]; $begun = $Matches[2]
    $values["$at $flag"] | Where-Object { $_ -like "$begun*" } | ForEach-Object {
      [System.Management.Automation.CompletionResult]::new("$flag=$_", $_, 'ParameterValue', $_)
    }
    return
  }
  $places[$at] | Where-Object { $_[0] -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
  }
}
`;
}

function entry(name: string, help: string): string {
  return `@(${quote(name)}, ${quote(help)})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
