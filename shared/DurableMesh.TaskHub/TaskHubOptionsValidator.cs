using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DurableMesh.TaskHub;

/// <summary>Holds <see cref="TaskHubOptions"/> to their ranges; each fault names its setting.</summary>
internal sealed class TaskHubOptionsValidator : IValidateOptions<TaskHubOptions>
{
    public ValidateOptionsResult Validate(string? name, TaskHubOptions options)
    {
        List<string> faults = [.. FaultsOf(options).Select(fault => $"TaskHubOptions.{fault.Setting} {fault.Error}.")];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>Each setting that is out of its range, and what it must be.</summary>
    public static IEnumerable<(string Setting, string Error)> FaultsOf(TaskHubOptions options)
    {
        var faults = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true);
        return faults.Select(fault => (fault.MemberNames.Single(), fault.ErrorMessage!));
    }
}
