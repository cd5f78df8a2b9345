using System.Globalization;
using DurableMesh.Simulation;
using DurableMesh.Simulation.Machine;
using DurableMesh.Simulation.Workload;

namespace DurableMesh.Tests.Differential;

/// <summary>
/// A script of the simulation's workload whose outcome depends on no clock: it stops at gates, each of which opens with an event
/// that is raised after all the events that the steps behind it need. So an event is there before anything waits for it, or it
/// is not raised before nothing waits for it any more, on a fast host and on a slow one.
/// </summary>
/// <param name="InstanceId">The instance that runs it.</param>
/// <param name="Script">The program.</param>
/// <param name="Gates">The gates by the key of the activity that says that the program has come to one.</param>
/// <param name="Instances">The instance and its sub-orchestrations.</param>
internal sealed record GatedScript(
    string InstanceId, Script Script, IReadOnlyDictionary<string, Gate> Gates, IReadOnlyList<string> Instances)
{
    /// <summary>The script of a seed.</summary>
    public static GatedScript Of(ulong seed)
    {
        // The streams of neighbouring seeds are one stream, begun a step later.
        var random = new SeededRandom(new SeededRandom(seed, stream: 8).Bits(), stream: 8);
        Script script = new WorkloadGenerator(random, ["none"]).Operations(100).First(one => one.Script is not null).Script!;
        string id = string.Create(CultureInfo.InvariantCulture, $"i{seed}");
        var builder = new Builder(random);
        return new GatedScript(id, builder.Gated(script, id, []), builder.Gates, builder.Instances);
    }

    private sealed class Builder(SeededRandom random)
    {
        // Instances that may hold an event that they have not waited for.
        private readonly HashSet<string> _sentTo = [];

        // Each costs the fifth of a second and more, on a host with a real clock.
        private int _retries = 2;

        public Dictionary<string, Gate> Gates { get; } = [];

        public List<string> Instances { get; } = [];

        /// <param name="script">What is to be run.</param>
        /// <param name="id">The instance that runs it.</param>
        /// <param name="ancestors">The instances that wait for it.</param>
        public Script Gated(Script script, string id, IReadOnlyList<string> ancestors)
        {
            Instances.Add(id);
            string name = $"{id}:{script.Name}";
            var steps = new List<Step>();
            var supply = new EventSupply();
            var rest = new Queue<Step>(script.Steps);
            while (rest.Count > 0)
            {
                List<Step> section = SectionOf(rest);
                if (section is [{ Kind: StepKind.Again }] && (supply.IsLeft || _sentTo.Contains(id)))
                {
                    section = [new Step(StepKind.Status)];
                }

                (IReadOnlyList<string> events, IReadOnlyList<Step> supplied) = supply.For(section, random);
                AddGate(steps, name, id, events, isRoot: ancestors.Count == 0);
                foreach (Step step in supplied)
                {
                    Add(steps, step, id, [id, .. ancestors]);
                }
            }

            return script with { Name = name, Steps = steps };
        }

        /// <summary>The next steps, up to where the next gate may be. To continue as new is a section of its own.</summary>
        private List<Step> SectionOf(Queue<Step> rest)
        {
            var section = new List<Step>();
            do
            {
                section.Add(rest.Dequeue());
            }
            while (section[^1].Kind != StepKind.Again
                && rest.TryPeek(out Step? next)
                && next.Kind != StepKind.Again
                && !random.Chance(0.25));
            return section;
        }

        private void AddGate(List<Step> steps, string script, string id, IReadOnlyList<string> events, bool isRoot)
        {
            bool suspends = random.Chance(0.1), terminates = isRoot && random.Chance(0.06);
            if (events.Count == 0 && !suspends && !terminates)
            {
                return;
            }

            string key = string.Create(CultureInfo.InvariantCulture, $"{script}/{steps.Count}");
            Gates[key] = new Gate(id, events, suspends, terminates);
            steps.Add(new Step(StepKind.Activity));
            steps.Add(new Step(StepKind.Wait, Gate.EventName));
        }

        private void Add(List<Step> steps, Step step, string id, IReadOnlyList<string> known)
        {
            const int hurry = 500;
            switch (step.Kind)
            {
                case StepKind.Activity:
                    steps.Add(step with { Milliseconds = 0, Count = step.Count > 0 && _retries-- > 0 ? step.Count : 0 });
                    break;
                case StepKind.Fan:
                    steps.Add(step with { Milliseconds = 0 });
                    break;
                case StepKind.Child:
                    string child = string.Create(CultureInfo.InvariantCulture, $"{id}.{steps.Count}");
                    steps.Add(step with { Name = child, Child = Gated(step.Child!, child, known) });
                    break;
                case StepKind.Send:
                    // The activity ends after the event has arrived, also where it goes to the sender itself.
                    string target = random.Pick(known);
                    _sentTo.Add(target);
                    steps.Add(step with { Name = target });
                    steps.Add(new Step(StepKind.Activity));
                    break;
                case StepKind.Race when step.Milliseconds == EventSupply.Hours:
                    steps.Add(step);
                    break;
                case StepKind.Race when _sentTo.Contains(id):
                    // Whether an event is there that was sent, and not raised, is not known.
                    steps.Add(new Step(StepKind.Status));
                    break;
                default:
                    steps.Add(step with { Milliseconds = step.Milliseconds / hurry });
                    break;
            }
        }
    }
}
