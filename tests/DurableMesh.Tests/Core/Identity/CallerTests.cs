using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Functions;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Core.Identity;

public sealed class CallerTests
{
    private const string Other = "vizu-builder";

    private static readonly ThreadView Thread = ThreadState.Starting(SampleThread.StartOf("t-1")).View();

    public static TheoryData<string, string, string?> Rules => new()
    {
        { "anybody", "speak", null },
        { "anybody", "start", null },
        { "anybody", "inbox", null },
        { "anybody", "see", null },
        { "anybody", "steer", null },
        { "anybody", "operate", null },
        { SampleThread.Builder, "speak", null },
        { SampleThread.Builder, "start", null },
        { SampleThread.Builder, "inbox", null },
        { SampleThread.Builder, "see", null },
        { SampleThread.Builder, "steer", null },
        { SampleThread.Builder, "operate", "missing_scope" },
        { SampleThread.Verifier, "speak", "forged_sender" },
        { SampleThread.Verifier, "start", "forged_sender" },
        { SampleThread.Verifier, "inbox", "forged_sender" },
        { SampleThread.Verifier, "see", null },
        { SampleThread.Verifier, "steer", null },
        { Other, "speak", "forged_sender" },
        { Other, "start", "forged_sender" },
        { Other, "inbox", "forged_sender" },
        { Other, "see", "not_a_party" },
        { Other, "steer", "not_a_party" },
        { "reader", "speak", "missing_scope" },
        { "reader", "start", "missing_scope" },
        { "reader", "inbox", null },
        { "reader", "see", null },
        { "reader", "steer", "missing_scope" },
        { "sender", "inbox", "missing_scope" },
        { "sender", "see", "missing_scope" },
        { "sender", "speak", null },
        { "operator", "speak", "forged_sender" },
        { "operator", "start", null },
        { "operator", "inbox", null },
        { "operator", "see", null },
        { "operator", "steer", null },
        { "operator", "operate", null },
        { "namesake", "speak", "forged_sender" },
        { "anybody", "tend", null },
        { "anybody", "watch", null },
        { SampleThread.Builder, "tend", null },
        { SampleThread.Builder, "watch", "operators_only" },
        { SampleThread.Verifier, "tend", "missing_scope" },
        { "reader", "tend", "missing_scope" },
        { "operator", "tend", null },
        { "operator", "watch", null },
        { "starter", "tend", "missing_scope" },
        { "auditor", "see", null },
        { "auditor", "inbox", null },
        { "auditor", "start", "missing_scope" },
        { "auditor", "steer", "missing_scope" },
        { "auditor", "operate", "missing_scope" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Each_caller_may_do_what_is_theirs_and_nothing_else(string who, string what, string? refused)
    {
        var caller = CallerOf(who);
        void Do()
        {
            switch (what)
            {
                case "speak": caller.MustSpeakAs(SampleThread.Builder); break;
                case "start": caller.MustStartAs(SampleThread.Builder); break;
                case "inbox": caller.MustReadAs(SampleThread.Builder); break;
                case "see": caller.MustSee(Thread); break;
                case "steer": caller.MustSteer(Thread); break;
                case "tend": caller.MustTend(Subject.Agent(SampleThread.Builder)); break;
                case "watch": caller.MustNotBeAnAgent(); break;
                default: caller.Must(Scope.Operate); break;
            }
        }

        if (refused is null)
        {
            Do();
        }
        else
        {
            Assert.Equal(refused, Assert.Throws<AccessDeniedException>(Do).Code);
        }

        if (what == "see")
        {
            Assert.Equal(refused is null, caller.Sees(Thread));
        }
    }

    [Theory]
    [InlineData("anybody", "ann", "operator:ann")]
    [InlineData("anybody", SampleThread.Builder, "operator:" + SampleThread.Builder)]
    [InlineData("anybody", null, null)]
    [InlineData("operator", null, "operator:ann")]
    [InlineData("operator", "ann", "operator:ann")]
    [InlineData("operator", "operator:ann", "operator:ann")]
    [InlineData("namesake", SampleThread.Builder, "operator:" + SampleThread.Builder)]
    public void An_operators_deed_is_on_record_as_an_operators_whatever_its_name(string who, string? by, string? subject) =>
        Assert.Equal(subject, CallerOf(who).OperatorOf(by)?.ToString());

    [Theory]
    [InlineData("anybody", "agent:" + SampleThread.Builder)]
    [InlineData(SampleThread.Builder, null)]
    public void What_is_for_operators_no_agent_does(string who, string? by) =>
        Assert.Equal("operators_only", Assert.Throws<AccessDeniedException>(() => CallerOf(who).OperatorOf(by)).Code);

    [Theory]
    [InlineData("operator", "bob")]
    [InlineData("operator", "agent:ann")]
    [InlineData("operator", "")]
    [InlineData(SampleThread.Builder, SampleThread.Verifier)]
    [InlineData(SampleThread.Builder, "ann")]
    public void Nobody_acts_under_another_name(string who, string by) =>
        Assert.Equal("forged_sender", Assert.Throws<AccessDeniedException>(() => CallerOf(who).MustBe(by)).Code);

    [Fact]
    public void A_refusal_says_who_asked_and_what_the_key_is_good_for()
    {
        var denied = Assert.Throws<AccessDeniedException>(() => CallerOf(SampleThread.Builder).Must(Scope.Operate));

        Assert.Equal("This needs a key with the scope operate; agent:codecraft-builder has read, send.", denied.Message);
    }

    private static Caller CallerOf(string who) => who switch
    {
        "anybody" => Caller.Anybody,
        "operator" => new Caller(Subject.Operator("ann"), Enum.GetValues<Scope>()),
        "namesake" => new Caller(Subject.Operator(SampleThread.Builder), Enum.GetValues<Scope>()),
        "auditor" => new Caller(Subject.Operator("eve"), [Scope.Read]),
        "starter" => new Caller(Subject.Operator(SampleThread.Builder), [Scope.Read, Scope.Send]),
        "reader" => new Caller(Subject.Agent(SampleThread.Builder), [Scope.Read]),
        "sender" => new Caller(Subject.Agent(SampleThread.Builder), [Scope.Send]),
        _ => new Caller(Subject.Agent(who), [Scope.Read, Scope.Send]),
    };
}
