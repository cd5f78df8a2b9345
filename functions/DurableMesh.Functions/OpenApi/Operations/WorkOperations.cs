using DurableMesh.Core.Dispatch;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using static DurableMesh.Functions.OpenApi.ApiAnswer;
using static DurableMesh.Functions.OpenApi.ApiParameter;

namespace DurableMesh.Functions.OpenApi.Operations;

/// <summary>The routes of dispatch, workflows and the surfaces that live on, described.</summary>
internal static class WorkOperations
{
    private static readonly string[] OfWorkflows =
    [
        WorkflowReader.UnknownAgent, WorkflowReader.UnknownStep, WorkflowReader.Cycle, "unknown_company", "no_builder",
        "no_responder", "budget_below_turn",
    ];

    private static readonly ApiParameter Now = Flag("now", "true cancels what runs; else it ends after that.");

    public static ApiGroup Workflows { get; } = new(
        "Workflows",
        "Work of several steps across companies, each step a thread; and work for which the mesh finds the agents.",
        [
            new("Dispatch", "Have work done by the surface that the authority table names")
            {
                Query = [Flag("dryRun", "true says what it would do, and starts nothing.")],
                Headers = [IdempotencyKey],
                Body = ApiBody.Of(DispatchReader.Read),
                Answers =
                [
                    Of<DispatchAnswer>(201, "A thread or a run is started.", "Location"),
                    Ok<DispatchAnswer>("What is there already, or what a dry run would do.", "Location"),
                ],
                Problems =
                [
                    "no_route", "ambiguous_route", "no_verifier", .. OfWorkflows, "gate_denied", "not_authorized", "trust_denied",
                    "forged_sender", "idempotency_conflict", "malformed_key", "not_a_party",
                ],
            },
            new("CheckWorkflow", "Check a workflow")
            {
                Remarks = "Starts nothing.",
                Body = ApiBody.Of(utf8 => WorkflowReader.Read(utf8)),
                Answers = [Ok<WorkflowPreview>("What a run of it would be.")],
                Problems = OfWorkflows,
            },
            new("StartWorkflow", "Start a workflow")
            {
                Headers = [IdempotencyKey],
                Body = ApiBody.Of(utf8 => WorkflowReader.Read(utf8)),
                Answers =
                [
                    Of<WorkflowView>(201, "The run.", "Location"),
                    Ok<WorkflowView>("The key was used before: the run that it started.", "Location"),
                ],
                Problems = [.. OfWorkflows, "forged_sender", "idempotency_conflict", "malformed_key", "not_a_party"],
            },
            new("ListWorkflows", "List runs, newest first")
            {
                Query =
                [
                    OneOf<WorkflowPhase>("state", "Only runs that are there."),
                    Text("mcTask", "Only runs about an MC task."),
                    Number("limit", "The most runs of a page.", 1, 200, 50),
                    Number("cursor", "The nextCursor of the page before.", 1, int.MaxValue),
                ],
                Answers = [Ok<WorkflowsPage>("A page of them.")],
                Problems = ["unknown_value"],
            },
            new("GetWorkflow", "Get a run")
            {
                Answers = [Ok<WorkflowView>("The run, with each step and its thread.")],
                Problems = ["workflow_not_found", "not_a_party"],
            },
            new("GetWorkflowEvidence", "Get a run's evidence")
            {
                Remarks = "For its actor and for operators.",
                Answers = [Ok<WorkflowEvidence>("The evidence, or what there is so far.")],
                Problems = ["workflow_not_found", "not_a_party"],
            },
            new("CancelWorkflow", "Cancel a run")
            {
                Body = ApiBody.Of(RequestReader.ReadCancel),
                Answers = [Of<WorkflowView>(202, "It ends, with all that runs; or has ended.")],
                Problems = ["workflow_not_found", "not_a_party", "forged_sender", "ambiguous_name"],
            },
            new("DecideWorkflow", "Decide about a step that holds a run")
            {
                Body = ApiBody.Of(WorkflowReader.ReadDecision),
                Answers = [Of<WorkflowView>(202, "It is decided.")],
                Problems = ["workflow_not_found", "not_held", "forged_sender"],
            },
            new("FinalizeWorkflow", "Hand a run's result over")
            {
                Remarks = "The MC task is then ready for review.",
                Body = ApiBody.Of(WorkflowReader.ReadFinalize),
                Answers = [Ok<WorkflowView>("It is handed over.")],
                Problems =
                [
                    "workflow_not_found", "not_a_party", "forged_sender", "workflow_not_ended", "workflow_not_passed",
                    "plumbing_only", "ambiguous_name", "illegal_transition",
                ],
            },
        ])
    {
        Path = new Dictionary<string, string> { ["id"] = "The run's id." },
    };

    public static ApiGroup Experiments { get; } = new(
        "Experiments",
        "What was measured of a pair, in the mesh and beside it, and what was decided by it.",
        [
            new("PublishExperiment", "Show an experiment")
            {
                Remarks = "The body is its evidence, which is computed again first. The same one again is the same experiment.",
                Body = new ApiBody(typeof(ExperimentEvidence), null),
                Answers =
                [
                    Of<PublishedExperiment>(201, "It is shown.", "Location"),
                    Ok<PublishedExperiment>("It was shown already.", "Location"),
                ],
                Problems = [.. ProblemCatalogue.OfEvidence, "experiments_full"],
            },
            new("ListExperiments", "List experiments") { Answers = [Ok<ExperimentsPage>("All that were published.")] },
            new("GetExperiment", "Get an experiment's evidence")
            {
                Answers = [Ok<ExperimentEvidence>("The evidence, as it was sent.")],
                Problems = ["experiment_not_found"],
            },
        ])
    {
        Path = new Dictionary<string, string> { ["id"] = "The experiment's id." },
    };

    public static ApiGroup Surfaces { get; } = new(
        "Surfaces",
        "Sequential surfaces that live on between runs: persistent agents, and schedules.",
        [
            new("StartFactoryAgent", "Start a persistent agent")
            {
                Remarks = "The same one again is the same agent.",
                Body = ApiBody.Of<StartFactoryAgentRequest, SurfaceOpening>(
                    utf8 => SurfaceReader.ReadAgent(utf8, Core.Agents.AgentRegistry.Empty)),
                Answers = [Of<SurfaceView>(201, "It is there.", "Location"), Ok<SurfaceView>("It was there.", "Location")],
                Problems = [WorkflowReader.UnknownAgent, "surface_exists"],
            },
            new("ListFactoryAgents", "List persistent agents") { Answers = [Ok<SurfacesPage>("All of them.")] },
            new("GetFactoryAgent", "Get a persistent agent")
            {
                Answers = [Ok<SurfaceView>("Its queue, its context, its runs and what they cost.")],
                Problems = ["surface_agent_not_found"],
            },
            new("GiveAgentTask", "Queue a task for a persistent agent")
            {
                Headers = [IdempotencyKey],
                Body = ApiBody.Of(SurfaceReader.ReadTask),
                Answers = [Of<SurfaceView>(202, "It is queued.")],
                Problems = ["surface_agent_not_found", "idempotency_conflict", "max_runs", "surface_ended", "malformed_key"],
            },
            new("GetFactoryAgentEvidence", "Get a persistent agent's evidence")
            {
                Answers = [Ok<SurfaceEvidence>("The evidence, or what there is so far.")],
                Problems = ["surface_agent_not_found"],
            },
            new("EndFactoryAgent", "End a persistent agent")
            {
                Query = [Now],
                Answers = [Of<SurfaceView>(202, "It ends.")],
                Problems = ["surface_agent_not_found", "surface_ended"],
            },
            new("AddSchedule", "Add a schedule")
            {
                Remarks = "The same one again is the same schedule.",
                Body = ApiBody.Of<AddScheduleRequest, SurfaceOpening>(
                    utf8 => SurfaceReader.ReadSchedule(utf8, AddScheduleRequest.Around, (_, _) => [])),
                Answers = [Of<SurfaceView>(201, "It is there.", "Location"), Ok<SurfaceView>("It was there.", "Location")],
                Problems = [.. OfWorkflows, "never_fires", "unknown_time_zone", "surface_exists"],
            },
            new("ListSchedules", "List schedules") { Answers = [Ok<SurfacesPage>("All of them.")] },
            new("GetSchedule", "Get a schedule")
            {
                Answers = [Ok<SurfaceView>("Its next fires and its last runs.")],
                Problems = ["schedule_not_found"],
            },
            new("GetScheduleEvidence", "Get a schedule's evidence")
            {
                Answers = [Ok<SurfaceEvidence>("The evidence, or what there is so far.")],
                Problems = ["schedule_not_found"],
            },
            new("PauseSchedule", "Pause a schedule")
            {
                Answers = [Ok<SurfaceView>("It starts no runs until it is resumed.")],
                Problems = ["schedule_not_found", "surface_ended"],
            },
            new("ResumeSchedule", "Resume a schedule")
            {
                Answers = [Ok<SurfaceView>("It goes on from now.")],
                Problems = ["schedule_not_found", "surface_ended"],
            },
            new("RemoveSchedule", "Remove a schedule")
            {
                Query = [Now],
                Answers = [Of<SurfaceView>(202, "It starts no more runs.")],
                Problems = ["schedule_not_found", "surface_ended"],
            },
        ])
    {
        Path = new Dictionary<string, string> { ["name"] = "What it was called at its start." },
    };
}
