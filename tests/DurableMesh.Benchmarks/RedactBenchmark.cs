using System.Globalization;
using System.Text;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Wire;

namespace DurableMesh.Benchmarks;

/// <summary>Redaction of 1 MiB of ordinary text, and of 1 MiB made to be slow.</summary>
internal static class RedactBenchmark
{
    private const int Size = 1 << 20;

    /// <summary>Code is compiled anew twice, each time after thirty calls, and that is not what is measured.</summary>
    private const int Rehearsals = 70;

    private const int WarmUps = 15;
    private const double Megabyte = 1e6;
    private static readonly PseudonymKey Key = PseudonymKey.Of("a secret of the benchmark", "thread-1");

    public static void Run(Arguments arguments, CancellationToken cancellation)
    {
        int runs = arguments.Number("runs", 9);
        Console.WriteLine($"redact: 1 MiB of each, median of {runs} runs, processor time, {BenchmarkMachine.Describe()}");
        Console.WriteLine();
        Console.WriteLine("ordinary                         text ms   text MB/s   JSON ms   JSON MB/s    found");
        Rehearse(cancellation);
        double slowest = double.PositiveInfinity;
        foreach ((string name, string unit) in RedactCorpus.Ordinary())
        {
            cancellation.ThrowIfCancellationRequested();
            string text = Fill(unit);
            (double plain, int found) = Measure(runs, () => Redactor.Redact(text, Key).Counts);
            JsonText body = JsonText.OfString(text);
            (double json, _) = Measure(runs, () => Redactor.Redact(body, Key).Counts);
            double bytes = Encoding.UTF8.GetByteCount(text);
            slowest = Math.Min(slowest, bytes / Megabyte / Math.Max(plain, json) * 1000);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-31} {plain,8:N2} {bytes / Megabyte / plain * 1000,11:N0} {json,9:N2} "
                    + $"{bytes / Megabyte / json * 1000,11:N0} {found,8:N0}"));
        }

        Console.WriteLine();
        Console.WriteLine("hostile                               ms    found");
        double longest = 0;
        foreach ((string name, Func<Func<RedactionCounts>> input) in Hostile())
        {
            cancellation.ThrowIfCancellationRequested();
            (double milliseconds, int found) = Measure(runs, input());
            longest = Math.Max(longest, milliseconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-31} {milliseconds,8:N2} {found,8:N0}"));
        }

        Console.WriteLine();
        Target.AtLeast("ordinary text, slowest, MB/s", slowest, 50);
        Target.AtMost("1 MiB, slowest, ms", longest, 100);
    }

    private static void Rehearse(CancellationToken cancellation)
    {
        foreach ((_, string unit) in RedactCorpus.Ordinary())
        {
            string text = Fill(unit);
            JsonText body = JsonText.OfString(text);
            for (int run = 0; run < Rehearsals; run++)
            {
                cancellation.ThrowIfCancellationRequested();
                Redactor.Redact(text, Key);
                Redactor.Redact(body, Key);
            }
        }
    }

    /// <summary>Processor time, so that what else runs on the machine does not count; all of it is spent on one core.</summary>
    private static (double Milliseconds, int Found) Measure(int runs, Func<RedactionCounts> redact)
    {
        var latencies = new Latencies();
        int found = 0;
        for (int run = -WarmUps; run < runs; run++)
        {
            TimeSpan started = Environment.CpuUsage.TotalTime;
            found = redact().Total;
            if (run >= 0)
            {
                latencies.Add([(Environment.CpuUsage.TotalTime - started).TotalMilliseconds]);
            }
        }

        return (latencies.Percentile(0.5), found);
    }

    private static IEnumerable<(string Name, Func<Func<RedactionCounts>> Input)> Hostile()
    {
        foreach ((string name, Func<int, string> unit) in RedactCorpus.HostileTexts())
        {
            yield return (name, () => Text(Fill(unit)));
        }

        foreach ((string name, string json) in RedactCorpus.HostileJson(Size))
        {
            yield return (name, () => Body(JsonText.Parse(Encoding.UTF8.GetBytes(json))));
        }
    }

    private static Func<RedactionCounts> Text(string text) => () => Redactor.Redact(text, Key).Counts;

    private static Func<RedactionCounts> Body(JsonText body) => () => Redactor.Redact(body, Key).Counts;

    private static string Fill(string unit) => Fill(_ => unit);

    private static string Fill(Func<int, string> unit)
    {
        var text = new StringBuilder(Size + 64);
        for (int number = 0; text.Length < Size; number++)
        {
            text.Append(unit(number));
        }

        return text.ToString(0, Size);
    }
}
