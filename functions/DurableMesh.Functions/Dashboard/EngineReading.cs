using System.Diagnostics.Metrics;
using System.Globalization;
using DurableMesh.Dashboard.Engine;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Reads what the engine in this process says of itself by its meter; nothing where it runs elsewhere.</summary>
internal static class EngineReading
{
    private const string Meter = "DurableMesh.LocalHost";

    /// <summary>The instruments that are shown, and how.</summary>
    private static readonly (string Instrument, string Name, string Format)[] Shown =
    [
        ("durablemesh.engine.instances.open", "Open instances", "N0"),
        ("durablemesh.engine.instances.resident", "In memory", "N0"),
        ("durablemesh.engine.instances.live", "Replayed and waiting", "N0"),
        ("durablemesh.engine.activities.running", "Activities that run", "N0"),
        ("durablemesh.engine.activities.waiting", "Activities that wait", "N0"),
        ("durablemesh.engine.commit.lag", "Oldest work that is not durable yet", "0.000 s"),
    ];

    /// <summary>Asks each instrument once; partitions are added up, of lags the longest counts.</summary>
    public static IReadOnlyList<EngineFigure> Take()
    {
        var read = new Dictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == Meter && instrument.IsObservable)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Note(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Note(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Note(instrument, value));
        listener.Start();
        listener.RecordObservableInstruments();
        return
        [
            .. from shown in Shown
               where read.ContainsKey(shown.Instrument)
               select new EngineFigure(shown.Name, read[shown.Instrument].ToString(shown.Format, CultureInfo.InvariantCulture)),
        ];

        void Note(Instrument instrument, double value)
        {
            var before = read.GetValueOrDefault(instrument.Name);
            read[instrument.Name] = instrument.Unit == "s" ? Math.Max(before, value) : before + value;
        }
    }
}
