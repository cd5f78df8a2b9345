using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Identity;

public sealed class KeyRequestTests
{
    [Fact]
    public void What_is_not_said_is_left_to_the_mesh()
    {
        Assert.Equal(new IssueKeyRequest(null, null, null), Read(KeyRequestReader.ReadForAgent, "{}").Value);
        Assert.Equal(new RotateKeyRequest(TimeSpan.FromHours(1)), Read(KeyRequestReader.ReadRotate, "{}").Value);
    }

    [Fact]
    public void Scopes_and_a_lifetime_are_read()
    {
        var asked = Read(
            KeyRequestReader.ReadForOperator,
            """{"operator":"ann","scopes":["read","operate","read"],"lifetime":"P90D"}""").Value!;

        Assert.Equal(("ann", TimeSpan.FromDays(90)), (asked.Operator, asked.Lifetime));
        Assert.Equal([Scope.Read, Scope.Operate], asked.Scopes!);
    }

    [Theory]
    [InlineData("""{}""", "operator", "missing")]
    [InlineData("""{"operator":"a\nb"}""", "operator", "control_character")]
    [InlineData("""{"operator":"ann","scopes":[]}""", "scopes", "invalid_value")]
    [InlineData("""{"operator":"ann","scopes":["root"]}""", "scopes", "invalid_value")]
    [InlineData("""{"operator":"ann","lifetime":"PT0S"}""", "lifetime", "out_of_range")]
    [InlineData("""{"operator":"ann","lifetime":"90 days"}""", "lifetime", "invalid_value")]
    [InlineData("""{"operator":"ann","scope":["read"]}""", "scope", "unknown_field")]
    public void What_is_wrong_is_named(string json, string path, string code)
    {
        var errors = Read(KeyRequestReader.ReadForOperator, json).Errors;

        Assert.Contains((path, code), errors.Select(error => (error.Path, error.Code)));
    }

    [Fact]
    public void An_agents_key_names_no_operator() =>
        Assert.Equal("unknown_field", Assert.Single(Read(KeyRequestReader.ReadForAgent, """{"operator":"ann"}""").Errors).Code);

    private static ReadResult<T> Read<T>(Func<ReadOnlyMemory<byte>, ReadResult<T>> read, string json)
        where T : class => read(Encoding.UTF8.GetBytes(json));
}
