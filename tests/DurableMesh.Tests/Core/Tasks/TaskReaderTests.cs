using System.Text;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Tasks;

public sealed class TaskReaderTests
{
    [Fact]
    public void A_task_is_open_and_of_medium_priority_unless_it_says_otherwise()
    {
        var task = TaskReader.ReadCreate("""{"title":"CSV reader","owner":"anna"}"""u8.ToArray()).Value!;

        Assert.Equal((null, MissionTaskState.Open, Priority.M, null), (task.Id, task.State, task.Priority, task.By));
    }

    [Theory]
    [InlineData("""{"owner":"anna"}""", "title", "missing")]
    [InlineData("""{"title":"t"}""", "owner", "missing")]
    [InlineData("""{"title":"t","owner":"a","id":"a b"}""", "id", "invalid_value")]
    [InlineData("""{"title":"t","owner":"a","id":"a/b"}""", "id", "invalid_value")]
    [InlineData("""{"title":"t","owner":"a","state":"done"}""", "state", "invalid_value")]
    [InlineData("""{"title":"t","owner":"a","state":"ready_for_review"}""", "state", "invalid_value")]
    [InlineData("""{"title":"t","owner":"a","priority":"urgent"}""", "priority", "invalid_value")]
    [InlineData("""{"title":"t","owner":"a","ownr":"b"}""", "ownr", "unknown_field")]
    [InlineData("""{"title":"t\u0007","owner":"a"}""", "title", "control_character")]
    [InlineData("""[]""", "$", "wrong_type")]
    public void What_is_wrong_with_a_task_is_said(string json, string path, string code) => Assert.Equal(
        [(path, code)], TaskReader.ReadCreate(Encoding.UTF8.GetBytes(json)).Errors.Select(error => (error.Path, error.Code)));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void An_id_has_64_characters_at_most(int length, bool right)
    {
        var json = $$"""{"id":"{{new string('x', length)}}","title":"t","owner":"a"}""";

        Assert.Equal(right, TaskReader.ReadCreate(Encoding.UTF8.GetBytes(json)).Ok);
    }

    [Theory]
    [InlineData("""{"by":"anna","why":"just so"}""", "$", "missing")]
    [InlineData("""{"by":"anna","state":"finished"}""", "state", "invalid_value")]
    [InlineData("""{"by":"anna","id":"7","state":"open"}""", "id", "unknown_field")]
    [InlineData("""{"by":"anna","evidence":[""]}""", "evidence[0]", "invalid_value")]
    public void What_is_wrong_with_a_change_is_said(string json, string path, string code) => Assert.Contains(
        (path, code), TaskReader.ReadPatch(Encoding.UTF8.GetBytes(json)).Errors.Select(error => (error.Path, error.Code)));

    [Fact]
    public void A_change_names_what_it_changes()
    {
        var patch = TaskReader.ReadPatch(
            """{"by":"anna","why":"stuck","state":"blocked","priority":"H","evidence":["log.txt"]}"""u8.ToArray()).Value!;

        Assert.Equal(("anna", "stuck", MissionTaskState.Blocked, Priority.H), (patch.By, patch.Why, patch.State, patch.Priority));
        Assert.Equal((null, null), (patch.Title, patch.Owner));
        Assert.Equal(["log.txt"], patch.Evidence);
    }
}
