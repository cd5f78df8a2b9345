using System.Text;
using System.Text.Json;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Agents;

/// <summary>How the registry says the mesh reaches an agent.</summary>
public sealed class AgentAdapterTests
{
    [Theory]
    [InlineData("\"pull\"", "\"pull\"")]
    [InlineData("\"inbox\"", "\"pull\"")]
    [InlineData("""{"kind":"pull"}""", "\"pull\"")]
    [InlineData("""{"kind":"webhook","url":"https://agent.example/mesh"}""", null)]
    [InlineData("""{"kind":"a2a","url":"https://agent.example/a2a","maxCostUsd":0.25}""", null)]
    [InlineData("""{"kind":"chat","provider":"local","maxOutputTokens":900}""", null)]
    public void What_the_reader_takes_is_stored_and_shown_alike(string given, string? shown)
    {
        var read = AdapterReader.Read(Encoding.UTF8.GetBytes(given));

        Assert.Empty(read.Errors);
        var json = JsonSerializer.Serialize(read.Value, MeshJson.Options);
        Assert.Equal(shown ?? given, json);
        Assert.Equal(read.Value, JsonSerializer.Deserialize<AgentAdapter>(json, MeshJson.Options));
    }

    [Theory]
    [InlineData("\"chat\"", "adapter")]
    [InlineData("7", "adapter")]
    [InlineData("""{"kind":"mail"}""", "adapter.kind")]
    [InlineData("""{"url":"https://agent.example"}""", "adapter.kind")]
    [InlineData("""{"kind":"webhook"}""", "adapter.url")]
    [InlineData("""{"kind":"webhook","url":"ftp://agent.example"}""", "adapter.url")]
    [InlineData("""{"kind":"webhook","url":"https://user:word@agent.example"}""", "adapter.url")]
    [InlineData("""{"kind":"webhook","url":"/relative"}""", "adapter.url")]
    [InlineData("""{"kind":"webhook","url":"https://agent.example","secret":"0123456789abcdef"}""", "adapter.secret")]
    [InlineData("""{"kind":"chat"}""", "adapter.provider")]
    [InlineData("""{"kind":"chat","provider":"local","key":"sk-1"}""", "adapter.key")]
    [InlineData("""{"kind":"chat","provider":"local","maxOutputTokens":0}""", "adapter.maxOutputTokens")]
    public void Nothing_else_is_taken_keys_least_of_all(string given, string path)
    {
        var read = AdapterReader.Read(Encoding.UTF8.GetBytes(given));

        Assert.Null(read.Value);
        Assert.Equal(path, Assert.Single(read.Errors).Path);
    }

    [Fact]
    public void A_model_must_be_named_where_one_is_asked()
    {
        var read = RegistryReader.ReadAgent(
            """{"company":"proveo","roles":["verifier"],"adapter":{"kind":"chat","provider":"local"}}"""u8.ToArray(), "a");

        Assert.Equal("model", Assert.Single(read.Errors).Path);
    }

    [Theory]
    [InlineData("\"inbox\"")]
    [InlineData("\"whatever somebody wrote once\"")]
    [InlineData("""{"kind":"of a newer version"}""")]
    public void What_was_stored_before_reads_as_pull(string stored)
    {
        Assert.Equal(AgentAdapter.Pull, JsonSerializer.Deserialize<AgentAdapter>(stored, MeshJson.Options));
    }
}
