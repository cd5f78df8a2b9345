using System.Text.Json;
using CsCheck;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Identity;

public sealed class KeyRingTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly Subject Builder = Subject.Agent("codecraft-builder");

    [Fact]
    public void A_key_that_was_issued_works_and_says_whose_it_is()
    {
        var key = Key(1);

        var check = Ring(Issued(key)).Check(key, Start);

        Assert.Null(check.Fault);
        Assert.Equal((Builder, Start, "operator:ann"), (check.Key!.Subject, check.Key.CreatedAt, check.Key.CreatedBy));
        Assert.Equal([Scope.Read, Scope.Send], check.Key.Scopes);
    }

    [Fact]
    public void A_key_with_the_right_id_and_another_secret_does_not_work()
    {
        var check = Ring(Issued(Key(1))).Check(Key(1, secret: 2), Start);

        Assert.Equal(new KeyCheck(null, KeyFault.WrongSecret), check);
    }

    [Fact]
    public void A_key_that_nobody_issued_does_not_work()
    {
        Assert.Equal(KeyFault.Unknown, Ring(Issued(Key(1))).Check(Key(2), Start).Fault);
        Assert.Equal(KeyFault.Unknown, KeyRing.Empty.Check(Key(1), Start).Fault);
    }

    [Fact]
    public void A_key_ends_with_its_lifetime_to_the_tick()
    {
        var ring = Ring(Issued(Key(1)) with { Lifetime = Hour });

        Assert.Null(ring.Check(Key(1), Start + Hour - TimeSpan.FromTicks(1)).Fault);
        Assert.Equal(KeyFault.Expired, ring.Check(Key(1), Start + Hour).Fault);
    }

    [Fact]
    public void A_revoked_key_does_not_work_from_that_moment_on_and_is_kept_on_record()
    {
        var ring = Ring(Issued(Key(1)), new KeyRevoked(Key(1).Id));

        Assert.Equal(KeyFault.Revoked, ring.Check(Key(1), Start).Fault);
        Assert.Equal(Start, ring.Find(Key(1).Id)!.RevokedAt);
    }

    [Fact]
    public void To_revoke_twice_changes_nothing()
    {
        var once = Ring(Issued(Key(1)), new KeyRevoked(Key(1).Id));

        var twice = once.Apply(new KeyRevoked(Key(1).Id), Start + Hour, "operator:bob");

        Assert.Null(twice.Refusal);
        Assert.Equal(Start, twice.State.Find(Key(1).Id)!.RevokedAt);
    }

    [Fact]
    public void While_a_rotation_overlaps_both_keys_work_and_then_the_new_one_alone()
    {
        var ring = Ring(Issued(Key(1)), Rotated(1, 2, Hour));

        Assert.Null(ring.Check(Key(1), Start + Hour - TimeSpan.FromTicks(1)).Fault);
        Assert.Equal(KeyFault.Expired, ring.Check(Key(1), Start + Hour).Fault);
        Assert.Null(ring.Check(Key(2), Start + Hour).Fault);
        Assert.Equal(ring.Find(Key(1).Id)!.Scopes, ring.Find(Key(2).Id)!.Scopes);
        Assert.Equal(Key(2).Id, ring.Find(Key(1).Id)!.ReplacedBy);
    }

    [Fact]
    public void A_rotation_gives_the_new_key_a_lifetime_of_its_own_and_never_prolongs_the_old_one()
    {
        var issued = Ring(Issued(Key(1)) with { Lifetime = Hour });

        var ring = issued.Apply(Rotated(1, 2, 5 * Hour), Start + Hour / 2, "operator:ann").State;

        Assert.Equal(Start + Hour, ring.Find(Key(1).Id)!.ExpiresAt);
        Assert.Equal(Start + Hour / 2 + Hour, ring.Find(Key(2).Id)!.ExpiresAt);
    }

    public static TheoryData<string, RefusalKind, KeyChange[]> Refused => new()
    {
        { "key_not_found", RefusalKind.NotFound, [new KeyRevoked("0000000000000000")] },
        { "key_not_found", RefusalKind.NotFound, [Rotated(1, 2, Hour)] },
        { "key_exists", RefusalKind.Conflict, [Issued(Key(1)), Issued(Key(1, secret: 2))] },
        { "key_exists", RefusalKind.Conflict, [Issued(Key(1)), Issued(Key(2)), Rotated(1, 2, Hour)] },
        { "key_rotated", RefusalKind.Conflict, [Issued(Key(1)), Rotated(1, 2, Hour), Rotated(1, 3, Hour)] },
        { "key_not_usable", RefusalKind.Conflict, [Issued(Key(1)), new KeyRevoked(Key(1).Id), Rotated(1, 2, Hour)] },
        { "key_not_usable", RefusalKind.Conflict, [Issued(Key(1)) with { Lifetime = TimeSpan.Zero }, Rotated(1, 2, Hour)] },
        { "scope_not_for_agents", RefusalKind.Invalid, [Issued(Key(1)) with { Scopes = [Scope.Read, Scope.Operate] }] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_change_that_cannot_be_leaves_all_as_it_was(string code, RefusalKind kind, KeyChange[] changes)
    {
        var before = Ring(changes[..^1]);

        var result = before.Apply(changes[^1], Start, "operator:ann");

        Assert.Equal((code, kind), (result.Refusal!.Code, result.Refusal.Kind));
        Assert.Same(before, result.State);
    }

    [Fact]
    public void Whatever_happens_a_key_works_exactly_while_it_is_issued_unexpired_and_not_revoked()
    {
        var change = Gen.Select(Gen.Int[0, 3], Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[0, 4]);
        change.Array[0, 12].Sample(
            steps =>
            {
                var ring = KeyRing.Empty;
                var (ends, revoked, now) = (new Dictionary<int, DateTimeOffset>(), new HashSet<int>(), Start);
                foreach (var (what, one, other, hours) in steps)
                {
                    now += Hour;
                    KeyChange next = what switch
                    {
                        0 => Issued(Key(one)),
                        1 => Issued(Key(one)) with { Lifetime = hours * Hour },
                        2 => Rotated(one, other, hours * Hour),
                        _ => new KeyRevoked(Key(one).Id),
                    };
                    var result = ring.Apply(next, now, "operator:ann");
                    if (result.Refusal is null)
                    {
                        Note(next, one, other, hours);
                    }

                    ring = result.State;
                }

                for (var key = 1; key <= 4; key++)
                {
                    var works = ends.TryGetValue(key, out var end) && end > now && !revoked.Contains(key);
                    Assert.Equal(works, ring.Check(Key(key), now).Fault is null);
                }

                void Note(KeyChange done, int one, int other, int hours)
                {
                    switch (done)
                    {
                        case KeyIssued { Lifetime: var lifetime }:
                            ends[one] = lifetime is null ? DateTimeOffset.MaxValue : now + lifetime.Value;
                            break;
                        case KeyRotated:
                            var old = ring.Find(Key(one).Id)!;
                            ends[other] = old.ExpiresAt is { } end ? now + (end - old.CreatedAt) : DateTimeOffset.MaxValue;
                            ends[one] = ends[one] < now + hours * Hour ? ends[one] : now + hours * Hour;
                            break;
                        default:
                            revoked.Add(one);
                            break;
                    }
                }
            },
            iter: 500);
    }

    [Fact]
    public void Changes_read_back_as_they_were_written()
    {
        KeyChange[] changes = [Issued(Key(1)) with { Lifetime = Hour }, Rotated(1, 2, Hour), new KeyRevoked("a")];

        foreach (var change in changes)
        {
            var json = JsonSerializer.Serialize(change, MeshJson.Options);
            Assert.Equal(
                json, JsonSerializer.Serialize(JsonSerializer.Deserialize<KeyChange>(json, MeshJson.Options), MeshJson.Options));
        }
    }

    private static KeyRing Ring(params KeyChange[] changes) => changes.Aggregate(
        KeyRing.Empty,
        (ring, change) =>
        {
            var result = ring.Apply(change, Start, "operator:ann");
            Assert.Null(result.Refusal);
            return result.State;
        });

    private static KeyIssued Issued(KeyText key) => new(key.Id, key.SecretHash, Builder, [Scope.Read, Scope.Send], null);

    private static KeyRotated Rotated(int old, int fresh, TimeSpan overlap) =>
        new(Key(old).Id, Key(fresh).Id, Key(fresh).SecretHash, overlap);

    private static KeyText Key(int number, int? secret = null) => KeyText.Of(
        [.. Enumerable.Repeat((byte)number, KeyText.IdBytes)],
        [.. Enumerable.Repeat((byte)(secret ?? number), KeyText.SecretBytes)]);
}
