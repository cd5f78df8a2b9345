using DurableMesh.Core.Ledger;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using static DurableMesh.Functions.OpenApi.ApiAnswer;
using static DurableMesh.Functions.OpenApi.ApiParameter;

namespace DurableMesh.Functions.OpenApi.Operations;

/// <summary>The routes of tasks, and of what all comes to, described.</summary>
internal static class LedgerOperations
{
    public static ApiGroup Tasks { get; } = new(
        "Tasks",
        "MC tasks: what threads work on. The mesh sets ready_for_review or blocked; done is the owner's word.",
        [
            new("ListTasks", "List tasks, newest first")
            {
                Query =
                [
                    OneOf<MissionTaskState>("state", "Only tasks that are there."),
                    Text("owner", "Only an owner's tasks, with agent: or operator: or without."),
                    Text("company", "Only a company's tasks."),
                    Number("limit", "The most tasks of a page.", 1, 500, 50),
                    Number("cursor", "The nextCursor of the page before.", 1, int.MaxValue),
                ],
                Answers = [Ok<TasksPage>("A page of them.")],
                Problems = ["unknown_value"],
            },
            new("CreateTask", "Create a task")
            {
                Remarks = "The same one again is the same task.",
                Body = ApiBody.Of(TaskReader.ReadCreate),
                Answers = [Of<MissionTask>(201, "The task.", "Location", "ETag")],
                Problems = ["task_exists", "forged_sender", "ambiguous_name"],
            },
            new("GetTask", "Get a task")
            {
                Answers = [Ok<MissionTask>("The task, with its history.", "ETag")],
                Problems = ["task_not_found"],
            },
            new("PatchTask", "Change a task")
            {
                Remarks = "Tasks go open, in_progress, ready_for_review, done, or blocked.",
                Headers = [IfMatch],
                Body = ApiBody.Of(TaskReader.ReadPatch),
                Answers = [Ok<MissionTask>("The task as it is now.", "ETag")],
                Problems =
                [
                    "task_not_found", "version_mismatch", "illegal_transition", "evidence_missing", "evidence_unknown",
                    "not_task_owner", "ambiguous_name", "forged_sender", "malformed_precondition",
                ],
            },
        ])
    {
        Path = new Dictionary<string, string> { ["id"] = "The task's id." },
    };

    public static ApiGroup Ledger { get; } = new(
        "Ledger",
        "The mesh in numbers: threads, money, pairs, and the baseline that they are compared with.",
        [
            new("GetStats", "Get the mesh in numbers")
            {
                Answers = [Ok<MeshStats>("The numbers.")],
            },
            new("GetCosts", "Get what was spent")
            {
                Query =
                [
                    OneOf<CostGrouping>("by", "What a row is: an agent where it is not given."),
                    Day("from", "The first day (UTC)."),
                    Day("to", "The last day (UTC), included."),
                    Number("limit", "The most rows of a page.", 1, 500, 50),
                    Text("cursor", "The nextCursor of the page before, for the same by, from and to."),
                ],
                Answers = [Ok<CostsPage>("A page of rows, and the total of all.")],
                Problems = ["unknown_value", "malformed_cursor"],
            },
            new("GetPairStats", "Get what pairs came to")
            {
                Remarks = "Ended threads by pair, pattern and week, beside the baseline. An agent sees its own pairs.",
                Query =
                [
                    OneOf<Pattern>("pattern", "Only one pattern."),
                    Day("since", "Only threads that ended on that day (UTC) or later."),
                    Text("week", "Only one week of ISO 8601, for instance 2026-W48."),
                    Number("limit", "The most rows of a page.", 1, 1000, 100),
                    Text("cursor", "The nextCursor of the page before, for the same pattern, since and week."),
                ],
                Answers = [Ok<PairStats>("A page of rows, and the totals.")],
                Problems = ["unknown_value", "malformed_cursor"],
            },
            new("ImportBaseline", "Import usage of the pipeline before the mesh")
            {
                Remarks = "A line of a file counts once, however often it is sent.",
                Body = ApiBody.Of<ImportBaselineRequest, BaselineRequest>(BaselineReader.Read),
                Answers = [Ok<BaselineReceipt>("How many lines were taken, and how many were known.")],
                Problems = ["baseline_full"],
            },
            new("ForgetBaseline", "Forget a file of the baseline")
            {
                Answers = [NoContent("Its lines count no more.")],
                Problems = ["baseline_not_found"],
            },
        ])
    {
        Path = new Dictionary<string, string> { ["file"] = "The file's hash: sha256: and 64 hexadecimal digits." },
    };
}
