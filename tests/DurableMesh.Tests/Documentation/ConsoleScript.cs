using System.Text.RegularExpressions;

namespace DurableMesh.Tests.Documentation;

/// <summary>
/// What a page has its reader type, in order. Beside the <c>console</c> blocks three comments, which nobody sees in the rendered
/// page, belong to it: <c>not run: reason</c> leaves out the block that follows; <c>run first</c> and commands prepares what the
/// page takes for granted; <c>file: NAME</c> writes the block that follows into a file.
/// </summary>
/// <param name="Steps">The commands.</param>
/// <param name="LeftOut">The blocks that are not run.</param>
internal sealed partial record ConsoleScript(IReadOnlyList<ConsoleStep> Steps, IReadOnlyList<ConsoleBlockLeftOut> LeftOut)
{
    /// <summary>Reads the script of a page.</summary>
    public static ConsoleScript Of(DocumentationPage page)
    {
        var (steps, leftOut) = (new List<ConsoleStep>(), new List<ConsoleBlockLeftOut>());
        string? comment = null;
        for (var index = 0; index < page.Lines.Count; index++)
        {
            var line = page.Lines[index].Trim();
            if (line.StartsWith("<!--", StringComparison.Ordinal))
            {
                var begin = index;
                comment = Through(page.Lines, ref index, "-->").Replace("<!--", "", StringComparison.Ordinal)
                    .Replace("-->", "", StringComparison.Ordinal).Trim();
                if (After(comment, "run first") is { } commands)
                {
                    steps.AddRange(commands.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                        .Select(command => StepOf(begin + 1, command.Trim(), [])));
                    comment = null;
                }
            }
            else if (line.StartsWith("```", StringComparison.Ordinal))
            {
                var begin = index++;
                string[] block = [.. page.Lines.Skip(index).TakeWhile(inner => inner.Trim() != "```")];
                index += block.Length;
                if (comment is not null && After(comment, "file") is { } name)
                {
                    var command = $"cat > '{name}' <<'END OF FILE'\n{string.Join('\n', block)}\nEND OF FILE\n";
                    steps.Add(new(begin + 1, command, [], Kept: false));
                }
                else if (line == "```console" && comment is not null && After(comment, "not run") is { } reason)
                {
                    leftOut.Add(new(begin + 1, reason));
                }
                else if (line == "```console")
                {
                    steps.AddRange(StepsOf(begin + 2, block));
                }

                comment = null;
            }
            else if (line.Length > 0)
            {
                comment = null;
            }
        }

        return new(steps, leftOut);
    }

    /// <summary>The commands of a block, each with the lines beneath it.</summary>
    private static IEnumerable<ConsoleStep> StepsOf(int firstLine, string[] block)
    {
        for (var index = 0; index < block.Length;)
        {
            var begin = index;
            var prompt = Prompt().Match(block[index]);
            if (!prompt.Success)
            {
                throw new FormatException($"Line {firstLine + index} of a console block is beneath no command: {block[index]}");
            }

            var command = block[index++][prompt.Length..];
            while (index < block.Length && GoesOn(command))
            {
                command += "\n" + block[index++];
            }

            string[] expected = [.. block.Skip(index).TakeWhile(line => !Prompt().IsMatch(line))];
            index += expected.Length;
            yield return StepOf(firstLine + begin, command, [.. expected.Where(line => !string.IsNullOrWhiteSpace(line))]);
        }
    }

    private static ConsoleStep StepOf(int line, string command, IReadOnlyList<string> expected)
    {
        var ampersand = Ampersand().Match(command);
        return ampersand.Success
            ? new(line, command[..ampersand.Index], expected, Kept: true)
            : new(line, command, expected, Kept: Lasting().IsMatch(command));
    }

    /// <summary>Whether the shell would ask for another line: a backslash at the end, or a quotation that is open.</summary>
    private static bool GoesOn(string command)
    {
        var quote = '\0';
        for (var index = 0; index < command.Length; index++)
        {
            switch (command[index])
            {
                case '\\' when quote != '\'':
                    index++;
                    if (index == command.Length)
                    {
                        return true;
                    }

                    break;
                case '#' when quote == '\0' && (index == 0 || char.IsWhiteSpace(command[index - 1])):
                    return false;
                case '\'' or '"' when quote == '\0':
                    quote = command[index];
                    break;
                case var character when character == quote:
                    quote = '\0';
                    break;
            }
        }

        return quote != '\0';
    }

    private static string? After(string comment, string word) => comment.StartsWith(word, StringComparison.Ordinal)
        ? comment[word.Length..].TrimStart(':').Trim()
        : null;

    private static string Through(IReadOnlyList<string> lines, ref int index, string end)
    {
        var begin = index;
        while (!lines[index].Contains(end, StringComparison.Ordinal))
        {
            index++;
        }

        return string.Join('\n', lines.Skip(begin).Take(index - begin + 1));
    }

    [GeneratedRegex(@"^\w*\$ ")]
    private static partial Regex Prompt();

    [GeneratedRegex(@"\s&\s*(#.*)?$")]
    private static partial Regex Ampersand();

    [GeneratedRegex(@"^(\S+=\S+ )*(\./)?mesh (up|agent run|mcp|dashboard|events --follow)\b|^curl -N")]
    private static partial Regex Lasting();
}
