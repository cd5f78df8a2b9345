using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using static DurableMesh.Functions.OpenApi.ApiAnswer;
using static DurableMesh.Functions.OpenApi.ApiParameter;

namespace DurableMesh.Functions.OpenApi.Operations;

/// <summary>The routes of agents, companies, who may what, and keys, described.</summary>
internal static class AgentOperations
{
    private const string AnId = "an-id";

    public static ApiGroup Agents { get; } = new(
        "Agents",
        "The registry of agents, and each agent's inbox.",
        [
            new("ListAgents", "List agents")
            {
                Answers = [Ok<AgentsPage>("All agents, by id.")],
            },
            new("GetAgent", "Get an agent")
            {
                Answers = [Ok<AgentView>("The agent, with what is known of its presence.", "ETag")],
                Problems = ["agent_not_found"],
            },
            new("PutAgent", "Add or replace an agent")
            {
                Remarks = "The answer of a GET may be sent back: what the mesh itself sets does not matter.",
                Headers = [IfMatch, IfNew],
                Body = ApiBody.Of(utf8 => RegistryReader.ReadAgent(utf8, AnId)),
                Answers = [Ok<AgentView>("It is replaced.", "ETag"), Of<AgentView>(201, "It is added.", "ETag")],
                Problems = ["unknown_company", "address_refused", "name_taken", "version_mismatch", "malformed_precondition"],
            },
            new("DeleteAgent", "Remove an agent")
            {
                Headers = [IfMatch],
                Answers = [NoContent("It is gone, and its keys work no more.")],
                Problems = ["agent_not_found", "version_mismatch", "malformed_precondition"],
            },
            new("ReadInbox", "Await an agent's messages")
            {
                Remarks = "All threads' messages to it, at least once each: (threadId, sequence) is a message's identity.",
                Query =
                [
                    Text("after", "The nextAfter of the answer before."),
                    Duration("wait", "How long to wait for a message: up to PT60S."),
                ],
                Answers = [Ok<InboxPage>("The messages, in the order in which they were accepted.")],
                Problems =
                [
                    "agent_not_found", "agent_disabled", "not_a_party", "forged_sender", "malformed_cursor", "unknown_position",
                ],
            },
        ])
    {
        Path = new Dictionary<string, string> { ["id"] = "The agent's id; but for changes an alias will do." },
    };

    public static ApiGroup Companies { get; } = new(
        "Companies",
        "The companies that agents belong to.",
        [
            new("ListCompanies", "List companies")
            {
                Answers = [Ok<CompaniesPage>("All companies, by id.")],
            },
            new("GetCompany", "Get a company")
            {
                Answers = [Ok<CompanyView>("The company.", "ETag")],
                Problems = ["company_not_found"],
            },
            new("PutCompany", "Add or replace a company")
            {
                Headers = [IfMatch, IfNew],
                Body = ApiBody.Of(utf8 => RegistryReader.ReadCompany(utf8, AnId)),
                Answers = [Ok<CompanyView>("It is replaced.", "ETag"), Of<CompanyView>(201, "It is added.", "ETag")],
                Problems = ["version_mismatch", "malformed_precondition"],
            },
            new("DeleteCompany", "Remove a company")
            {
                Headers = [IfMatch],
                Answers = [NoContent("It is gone.")],
                Problems = ["company_not_found", "company_in_use", "version_mismatch", "malformed_precondition"],
            },
        ])
    {
        Path = new Dictionary<string, string> { ["id"] = "The company's id." },
    };

    public static ApiGroup Authority { get; } = new(
        "Authority",
        "Who may use the mesh with whom, and the policy in force.",
        [
            new("GetAuthority", "Get the authority table")
            {
                Query = [Number("version", "An earlier version; that in force where it is not given.", 0, int.MaxValue)],
                Answers = [Ok<AuthorityTable>("The table.", "ETag")],
                Problems = ["version_not_found"],
            },
            new("PutAuthority", "Replace the authority table")
            {
                Remarks = "The whole table. The answer of a GET may be sent back, with other rows. If-Match must say which "
                    + "version it was made from; If-None-Match: * where there was none.",
                Headers = [IfMatch, IfNew],
                Body = ApiBody.Of<ReplaceAuthorityRequest, PutAuthorityRequest>(AuthorityReader.ReadPut),
                Answers = [Ok<AuthorityTable>("The new table.", "ETag")],
                Problems =
                [
                    "contradictory_rows", "version_mismatch", "version_required", "forged_sender", "malformed_precondition",
                ],
            },
            new("ExplainAuthority", "Explain which row decides about a pair")
            {
                Query =
                [
                    Text("initiator", "Who would start, by id or alias.") with { IsRequired = true },
                    Text("responder", "With whom, by id or alias.") with { IsRequired = true },
                    OneOf<Pattern>("pattern", "For what; all patterns where it is not given."),
                ],
                Answers = [Ok<AuthorityExplanations>("What the table in force says, and which surface to use instead.")],
                Problems = ["agent_not_found", "unknown_value"],
            },
            new("GetPolicy", "Get the policy in force")
            {
                Answers = [Ok<PolicyView>("The policy; failure says why a newer file is not in force.")],
            },
        ]);

    public static ApiGroup Keys { get; } = new(
        "Keys",
        "Keys that say who asks. A key stands in the answer that makes it, and nowhere else.",
        [
            new("IssueAgentKey", "Issue a key that speaks as an agent")
            {
                Body = ApiBody.Of<IssueAgentKeyRequest, IssueKeyRequest>(KeyRequestReader.ReadForAgent),
                Answers = [Of<KeyView>(201, "The key, this once.", "Cache-Control")],
                Problems = ["agent_not_found", "scope_not_for_agents", "key_exists"],
            },
            new("ListAgentKeys", "List an agent's keys")
            {
                Answers = [Ok<KeysPage>("Its keys, without their secrets.")],
                Problems = ["not_a_party", "forged_sender"],
            },
            new("IssueOperatorKey", "Issue a key for an operator")
            {
                Body = ApiBody.Of<IssueOperatorKeyRequest, IssueKeyRequest>(KeyRequestReader.ReadForOperator),
                Answers = [Of<KeyView>(201, "The key, this once.", "Cache-Control")],
                Problems = ["key_exists"],
            },
            new("ListKeys", "List keys")
            {
                Answers = [Ok<KeysPage>("All keys that the caller may know of, without their secrets.")],
            },
            new("RotateKey", "Issue a key in place of another")
            {
                Body = ApiBody.Of(KeyRequestReader.ReadRotate),
                Answers = [Of<KeyView>(201, "The new key, this once; the old one works for the overlap still.", "Cache-Control")],
                Problems = ["key_not_found", "key_rotated", "key_not_usable", "key_exists"],
            },
            new("RevokeKey", "Revoke a key")
            {
                Answers = [NoContent("It works no more.")],
                Problems = ["key_not_found"],
            },
        ])
    {
        Path = new Dictionary<string, string>
        {
            ["id"] = "The agent's id, or an alias.",
            ["keyId"] = "The key's id; no part of it is secret.",
        },
    };
}
