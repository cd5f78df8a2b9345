using System.Text.Json;
using Microsoft.DurableTask.Converters;

namespace DurableMesh.Tests.LocalHost.DurableTask;

public sealed class JsonDataConverterTests
{
    [Fact]
    public void Null_is_no_text_and_no_text_is_the_default()
    {
        Assert.Null(JsonDataConverter.Default.Serialize(null));
        Assert.Null(JsonDataConverter.Default.Deserialize(null, typeof(string)));
        Assert.Equal(0, JsonDataConverter.Default.Deserialize<int>(null));
    }

    [Fact]
    public void The_default_writes_public_fields_too_and_names_as_they_are()
    {
        string? text = JsonDataConverter.Default.Serialize(("builder", 2));

        Assert.Equal("""{"Item1":"builder","Item2":2}""", text);
        Assert.Equal(("builder", 2), JsonDataConverter.Default.Deserialize<(string, int)>(text));
    }

    [Fact]
    public void A_value_is_written_as_what_it_is()
    {
        object value = new Derived("a", "b");

        Assert.Equal("""{"Second":"b","First":"a"}""", JsonDataConverter.Default.Serialize(value));
    }

    [Fact]
    public void Options_are_the_apps_own()
    {
        var converter = new JsonDataConverter(new JsonSerializerOptions(JsonSerializerDefaults.Web));

        Assert.Equal("""{"first":"a"}""", converter.Serialize(new Base("a")));
        Assert.Equal(new Base("a"), converter.Deserialize<Base>("""{"FIRST":"a"}"""));
    }

    [Fact]
    public void What_is_no_json_is_refused() =>
        Assert.Throws<JsonException>(() => JsonDataConverter.Default.Deserialize<int>("seven"));

    private record Base(string First);

    private sealed record Derived(string First, string Second) : Base(First);
}
