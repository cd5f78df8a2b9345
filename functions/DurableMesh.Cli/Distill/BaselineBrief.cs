using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Distillation;

namespace DurableMesh.Cli.Distill;

/// <summary>
/// What a brief says of the baseline: which one it is, and the entries that are most like the drafts, for a comparator that has
/// not got the file.
/// </summary>
internal sealed class BaselineBrief(IReadOnlyList<QuestionAnswer> baseline, BaselineIndex index)
{
    private const int NearestOfEach = 3;
    private const int MaxCharacters = 200_000;

    private readonly string _sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', baseline.Select(entry => JsonSerializer.Serialize(entry, CliJson.Context.QuestionAnswer))))));

    /// <summary>The part of a brief's body.</summary>
    /// <param name="drafts">The drafts that it is about.</param>
    public JsonObject ToJson(IEnumerable<QuestionAnswer> drafts)
    {
        var nearest = new JsonArray();
        var length = 0;
        foreach (var entry in drafts.SelectMany(draft => index.Nearest(draft, NearestOfEach)).DistinctBy(entry => entry.Id))
        {
            length += entry.Question.Length + entry.Answer.Length;
            if (length > MaxCharacters)
            {
                break;
            }

            nearest.Add(JsonSerializer.SerializeToNode(entry, CliJson.Context.QuestionAnswer));
        }

        return new JsonObject { ["sha256"] = _sha256, ["entries"] = baseline.Count, ["nearest"] = nearest };
    }
}
