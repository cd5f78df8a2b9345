using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Tasks;

/// <summary>Reads what is said about tasks, strictly; all that is wrong is said at once.</summary>
public static class TaskReader
{
    /// <summary>
    /// The longest id of a task: the delivery of each of its changes is an orchestration that is named after it.
    /// </summary>
    public const int MaxIdLength = 64;

    private const int MaxNameLength = 128;
    private const int MaxLineLength = 500;
    private const int MaxTextLength = 4000;

    private static readonly string[] Changeable = ["state", "title", "owner", "priority", "evidence"];

    /// <summary>Reads the body of <c>POST /tasks</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<CreateTaskRequest> ReadCreate(ReadOnlyMemory<byte> utf8) =>
        JsonInput.Read(utf8, input => ReadTask(input, idRequired: false));

    /// <summary>Reads the body of <c>PATCH /tasks/{id}</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<PatchTaskRequest> ReadPatch(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var patch = new PatchTaskRequest
        {
            By = input.Line("by", MaxNameLength, required: false),
            Why = input.Words("why", MaxTextLength),
            State = input.Choice<MissionTaskState>("state", required: false),
            Title = input.Line("title", MaxLineLength, required: false),
            Owner = input.Line("owner", MaxNameLength, required: false),
            Priority = input.Choice<Priority>("priority", required: false),
            Evidence = input.Lines("evidence", MissionTask.Shown, MaxLineLength),
        };
        if (!Changeable.Any(input.Has))
        {
            input.Add("", InputError.Missing, $"Nothing is to be changed; give one or more of {string.Join(", ", Changeable)}.");
        }

        return patch;
    });

    /// <summary>Reads a task of an organisation file, or one to be created.</summary>
    internal static CreateTaskRequest? ReadTask(ObjectReader input, bool idRequired)
    {
        var id = input.Line("id", MaxNameLength, idRequired);
        if (id is not null && !IsTaskId(id))
        {
            input.Add("id", InputError.InvalidValue, $"This must be 1 to {MaxIdLength} characters of A-Z a-z 0-9 . _ : and -.");
        }

        var title = input.Line("title", MaxLineLength);
        var owner = input.Line("owner", MaxNameLength);
        var state = input.Choice<MissionTaskState>("state", required: false) ?? MissionTaskState.Open;
        if (state is not (MissionTaskState.Open or MissionTaskState.InProgress))
        {
            input.Add("state", InputError.InvalidValue, "A task begins as open or in_progress; the rest comes with its history.");
        }

        var priority = input.Choice<Priority>("priority", required: false);
        var company = input.Line("company", MaxNameLength, required: false);
        var by = input.Line("by", MaxNameLength, required: false);
        return title is null || owner is null ? null : new CreateTaskRequest
        {
            Id = id,
            Title = title,
            Owner = owner,
            State = state,
            Priority = priority ?? Priority.M,
            Company = company,
            By = by,
        };
    }

    private static bool IsTaskId(string id) => id.Length <= MaxIdLength && TextRules.IsMessageId(id);
}
