namespace DurableMesh.Functions.ReadModel;

/// <summary>Nothing can be looked for now; all else goes on.</summary>
/// <param name="why">Why, in a sentence.</param>
public sealed class SearchUnavailableException(string why) : Exception(why);
