import type { Shell } from "../choices.ts";

/** A script as it stands there, but that what would end or open something in a template has a backslash in front. */
function script({ raw: [text = ""] }: TemplateStringsArray): string {
  return text.replaceAll("\\`", "`").replaceAll("\\${", "${");
}

/**
 * What kubectl 1.26 and later runs at TAB behind `kubectl refgrant`, where it stands on PATH as `kubectl_complete-refgrant`. The
 * build writes the same text into archives.
 */
export const COMPLETION_SHIM = `#!/bin/sh
exec kubectl-refgrant __complete "$@"
`;

// COMP_WORDS is split at = and : too, so the words are put together again from COMP_LINE. Nothing that was typed is expanded: to
// press TAB must not run what stands in the line.
const BASH = script`# Completes kubectl-refgrant in bash: eval "$(kubectl-refgrant completion bash)"

# A word without its quotes, in __refgrant_word.
__refgrant_unquote() {
  local raw=$1 quote='' char next i
  __refgrant_word=''
  for ((i = 0; i < \${#raw}; i++)); do
    char=\${raw:i:1} next=\${raw:i+1:1}
    if [[ -z $quote && ( $char == "'" || $char == '"' ) ]]; then
      quote=$char
    elif [[ -n $quote && $char == "$quote" ]]; then
      quote=''
    elif [[ $char == \\ && -z $quote ]]; then
      __refgrant_word+=$next
      i=$((i + 1))
    elif [[ $char == \\ && $quote == '"' && $next == [$'"\\$\x60'] ]]; then
      __refgrant_word+=$next
      i=$((i + 1))
    else
      __refgrant_word+=$char
    fi
  done
}

# The words up to the cursor as they were typed, in __refgrant_words.
__refgrant_split() {
  local rest=\${COMP_LINE:0:COMP_POINT} trimmed word i count=0
  __refgrant_words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    trimmed=\${rest#"\${rest%%[![:space:]]*}"}
    word=\${COMP_WORDS[i]}
    [[ $i -eq $COMP_CWORD ]] && word=$trimmed
    if [[ $i -eq 0 || $trimmed != "$rest" ]]; then
      __refgrant_words[count]=$word
      count=$((count + 1))
    else
      __refgrant_words[count - 1]+=$word
    fi
    rest=\${trimmed#"$word"}
  done
}

_kubectl_refgrant() {
  local IFS=$' \t\n' __refgrant_word __refgrant_words args=() i last typed given behind cut
  __refgrant_split
  last=$((\${#__refgrant_words[@]} - 1))
  for ((i = 1; i <= last; i++)); do
    __refgrant_unquote "\${__refgrant_words[i]}"
    # The shell itself would have put the home folder there.
    [[ $i -lt $last && \${__refgrant_words[i]} == \~/* ]] && __refgrant_word=$HOME\${__refgrant_word:1}
    args[i - 1]=$__refgrant_word
  done
  typed=\${args[last - 1]}
  # Behind --flag= the answer is the value alone; and the shell replaces no more than what follows the last = or :.
  given=$typed
  [[ $typed == -*=* ]] && given=\${typed#*=}
  __refgrant_unquote "$2"
  behind=$__refgrant_word
  [[ $typed == *"$behind" ]] || behind=$typed
  cut=\${typed%"$behind"}

  local answer directive=4 line value values=() texts=() width=0
  answer=$(command kubectl-refgrant __complete "\${args[@]}" 2>/dev/null </dev/null)
  while IFS= read -r line; do
    value=\${line%%$'\t'*}
    if [[ $line =~ ^:[0-9]+$ ]]; then
      directive=\${line#:}
    elif [[ -n $value && $value == "$given"* ]]; then
      values+=("$value")
      if [[ $line == *$'\t'* ]]; then texts+=("\${line#*$'\t'}"); else texts+=(''); fi
      [[ \${#value} -gt $width ]] && width=\${#value}
    fi
  done <<<"$answer"

  COMPREPLY=()
  local options='' whole shown columns=\${COLUMNS:-80} quoted=\${COMP_WORDS[COMP_CWORD]:0:1}
  type compopt >/dev/null 2>&1 && options=yes
  if [[ $((directive & 4)) -ne 0 && -n $options ]]; then compopt +o default; fi
  for ((i = 0; i < \${#values[@]}; i++)); do
    whole=\${typed%"$given"}\${values[i]}
    shown=\${whole#"$cut"}
    [[ $quoted == [\'\"] ]] || printf -v shown %q "$shown"
    # Only a list that is looked at says what each is: 9 is TAB, 33, 63 and 64 are other ways to list.
    if [[ \${#values[@]} -gt 1 && -n \${texts[i]} && $COMP_TYPE =~ ^(9|33|63|64)$ ]]; then
      printf -v shown '%-*s  (%s)' "$width" "$shown" "\${texts[i]}"
      [[ \${#shown} -gt $columns ]] && shown=\${shown:0:columns - 1}
    fi
    COMPREPLY[i]=$shown
  done
  if [[ $((directive & 2)) -ne 0 ]]; then
    [[ -n $options ]] && compopt -o nospace
  elif [[ -z $options && \${#COMPREPLY[@]} -eq 1 ]]; then
    COMPREPLY[0]+=' '
  fi
}

# bash before 4 cannot leave out a space for one word only, so there it leaves out all, and they are put in by hand.
if type compopt >/dev/null 2>&1; then
  complete -o default -F _kubectl_refgrant kubectl-refgrant
else
  complete -o default -o nospace -F _kubectl_refgrant kubectl-refgrant
fi
`;

const ZSH = script`#compdef kubectl-refgrant
# Completes kubectl-refgrant in zsh: source <(kubectl-refgrant completion zsh), or put it in a folder of fpath as _kubectl-refgrant.

_kubectl-refgrant() {
  local -a args offers options
  local line value directive=4
  (( CURRENT > 2 )) && args=("\${(@Q)words[2,CURRENT-1]}")
  args=("\${(@)args/#\~\//$HOME/}" "\${(Q)PREFIX}")
  for line in "\${(@f)$(command kubectl-refgrant __complete "\${args[@]}" 2>/dev/null </dev/null)}"; do
    value=\${line%%$'\t'*}
    if [[ $line == :<-> ]]; then
      directive=\${line#:}
    elif [[ -n $value ]]; then
      # A colon parts the word from what it is, so those of the word are marked.
      value=\${value//\\/\\\\}
      offers+=("\${value//:/\\:}\${\${(M)line:#*$'\t'*}:+:\${line#*$'\t'}}")
    fi
  done
  # Behind --flag= the answer is the value alone.
  [[ \${args[-1]} == -*=* ]] && compset -P 1 '*='
  if (( ! $#offers )); then
    (( directive & 4 )) || _files
    return
  fi
  (( directive & 2 )) && options=(-S '')
  _describe -t offers 'offer' offers "\${options[@]}"
}

if [[ $funcstack[1] == _kubectl-refgrant ]]; then
  _kubectl-refgrant "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _kubectl-refgrant kubectl-refgrant
fi
`;

const FISH = script`# Completes kubectl-refgrant in fish: put it in ~/.config/fish/completions/kubectl-refgrant.fish

function __kubectl_refgrant_offers
    # fish 4 names the option for words without quotes anew.
    set -l words (commandline -pcx 2>/dev/null; or commandline -pco)[2..]
    set words (string replace -r -- '^~/' "$HOME/" $words)
    set -l raw (commandline -ct)
    set -l typed (string unescape -- "$raw"; or echo -- "$raw")
    set -l answer (command kubectl-refgrant __complete $words "$typed" 2>/dev/null </dev/null)
    test (count $answer) -gt 0; or return
    set -l directive (string replace ':' '' -- $answer[-1])
    set -l lead (string match -r -- '^-[^=]*=' "$typed")
    if test (count $answer) -gt 1
        printf '%s\n' "$lead"$answer[1..-2]
    else if test (math "bitand($directive, 4)") -eq 0
        set -l path (string replace -- "$lead" '' "$typed")
        printf '%s\n' "$lead"(__fish_complete_path "$path")
    end
end

complete -c kubectl-refgrant -e
complete -c kubectl-refgrant -f -a '(__kubectl_refgrant_offers)'
`;

const POWERSHELL = script`# Completes kubectl-refgrant in PowerShell; in $PROFILE:
#   kubectl-refgrant completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'kubectl-refgrant' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $words = @(
        $commandAst.CommandElements |
            Select-Object -Skip 1 |
            Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
            ForEach-Object {
                if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
                else { $_.Extent.Text }
            }
    )
    $typed = "$wordToComplete".Trim("'", '"')
    # An empty argument gets lost on its way to a program unless PowerShell 7.3 or later hands arguments over as they are.
    $legacy = $PSVersionTable.PSVersion -lt [version]'7.3' -or "$PSNativeCommandArgumentPassing" -eq 'Legacy'
    $last = if ($typed -eq '' -and $legacy) { '""' } else { $typed }

    $answer = @(kubectl-refgrant __complete @words $last 2>$null)
    if ($answer.Count -eq 0) { return }
    $directive = 4
    if ($answer[-1] -match '^:(\d+)$') { $directive = [int]$Matches[1] }
    # Behind --flag= the answer is the value alone, and PowerShell replaces the whole word.
    $lead = if ($typed -match '^-[^=]*=') { $Matches[0] } else { '' }

    $offers = @($answer | Where-Object { $_ -notmatch '^:\d+$' })
    if ($offers.Count -eq 0) {
        # An offer of nothing keeps PowerShell from offering files.
        if ($directive -band 4) { '' }
        return
    }
    foreach ($offer in $offers) {
        $value, $text = $offer -split "\`t", 2
        if (-not $text) { $text = $value }
        $whole = $lead + $value
        if ($whole -notmatch '^[\w./:=+-]+$') { $whole = "'" + $whole.Replace("'", "''") + "'" }
        [System.Management.Automation.CompletionResult]::new($whole, $value, 'ParameterValue', $text)
    }
}
`;

/** The script that completes in a shell, or (`kubectl`) what kubectl runs. */
export function scriptFor(shell: Shell): string {
  switch (shell) {
    case "bash":
      return BASH;
    case "zsh":
      return ZSH;
    case "fish":
      return FISH;
    case "powershell":
      return POWERSHELL;
    case "kubectl":
      return COMPLETION_SHIM;
  }
}
