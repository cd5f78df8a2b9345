namespace DurableMesh.Tests.LocalHost.ApiSurface;

/// <summary>Types to hold against listings that differ from them in one thing; the true listing is in the tests.</summary>
public static class ApiSamples
{
    public abstract class Greeter<T> : IDisposable
        where T : class
    {
        public const int Loudest = 10;

        protected Greeter()
        {
        }

        public string? Name { get; init; }

        [Obsolete("Use Greet.")]
        public virtual Task<T?> GreetAsync(string name, int times = 1, CancellationToken cancellation = default) =>
            Task.FromResult<T?>(null);

        public abstract void Shout<TLoud>(params TLoud[] loud)
            where TLoud : struct;

        public void Dispose() => GC.SuppressFinalize(this);

        internal void Unseen() => Dispose();
    }

    public enum Tone
    {
        Low,
        High = 4,
    }

    public sealed record Note(Tone Tone, string? Text = null);

    public delegate string? Reply(object heard);
}
