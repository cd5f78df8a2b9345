using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Organisations;

/// <summary>Reads organisation files strictly: all that is wrong with one is said at once.</summary>
public static class OrganisationReader
{
    private const int MaxItems = 10_000;

    /// <summary>Reads an organisation file, or lists what is wrong with it.</summary>
    /// <param name="utf8">The file's content.</param>
    public static ReadResult<Organisation> Read(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, Read);

    private static Organisation Read(ObjectReader input)
    {
        var unswitched = new HashSet<string>(StringComparer.Ordinal);
        return new Organisation
        {
            Companies = input.Objects("companies", MaxItems, one => RegistryReader.ReadCompany(one), company => company.Id),
            Agents = input.Objects("agents", MaxItems, ReadAgent, agent => agent.Id),
            Unswitched = unswitched,
            Authority = AuthorityReader.ReadRows(input, "authority"),
            Tasks = input.Objects("tasks", MaxItems, task => TaskReader.ReadTask(task, idRequired: true), task => task.Id!),
        };

        AgentView? ReadAgent(ObjectReader read)
        {
            var agent = RegistryReader.ReadAgent(read);
            if (agent is not null && !read.Has("enabled"))
            {
                unswitched.Add(agent.Id);
            }

            return agent;
        }
    }
}
