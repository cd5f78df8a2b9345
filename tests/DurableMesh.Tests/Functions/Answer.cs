using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Tests.Functions;

/// <summary>What a function answered.</summary>
internal sealed record Answer(int Status, IHeaderDictionary Headers, byte[] Utf8)
{
    public JsonElement Body => Utf8.Length == 0 ? default : JsonDocument.Parse(Utf8).RootElement;

    public string Code => Text("code");

    public string Text(string name) => Body.GetProperty(name).ToString();

    public IEnumerable<JsonElement> List(string name) => Body.GetProperty(name).EnumerateArray();
}
