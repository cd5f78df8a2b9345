using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Redaction;

public sealed class JsonRedactionTests
{
    [Theory]
    [InlineData("""{"a":["x","ola@example.com",1,null,true]}""", """{"a":["x","[email]",1,null,true]}""")]
    [InlineData("""{"ola@example.com":{"b":2}}""", """{"[email]":{"b":2}}""")]
    [InlineData("""{"z":1,"ola@example.com":2,"A":3}""", """{"A":3,"[email]":2,"z":1}""")]
    [InlineData("""{"n":4111111111111111,"m":12345}""", """{"m":12345,"n":"[payment_card]"}""")]
    [InlineData("""{"phone":22123456,"mobileNumber":"906 12 345","phones":["22 12 34 56"]}""", """{"mobileNumber":"[phone]","phone":"[phone]","phones":["[phone]"]}""")]
    [InlineData("""{"pesel":"44051401359","id":44051401359}""", """{"id":"[national_id]","pesel":"[national_id]"}""")]
    [InlineData("""{"columns":["id","bsn"],"rows":[[1,"111222333"]]}""", """{"columns":["id","bsn"],"rows":[[1,"[national_id]"]]}""")]
    [InlineData("""{"password":"a \"b\" c","userPassword":12345678,"passwords":[]}""", """{"password":"[credential]","passwords":[],"userPassword":"[credential]"}""")]
    [InlineData("""{"client_secret":"a1b2c3d4e5f6","secret":"none","password":""}""", """{"client_secret":"[credential]","password":"","secret":"none"}""")]
    [InlineData("""{"password":{"type":"string"},"token":"identifier","inputTokens":1200}""", """{"inputTokens":1200,"password":{"type":"string"},"token":"identifier"}""")]
    [InlineData("""{"version":"10.1.12.13","assemblyVersion":"10.1.12.13","host":"10.1.12.13"}""", """{"assemblyVersion":"10.1.12.13","host":"[ip_address]","version":"10.1.12.13"}""")]
    [InlineData("\"ola@example.com\\n\\u00e6 \\\"q\\\" +4722123456\"", "\"[email]\\næ \\\"q\\\" [phone]\"")]
    [InlineData("\"a\\u0001\\b\\t\\f\\r\\\\ \\/ \\u20ac ola@example.com\\n\"", "\"a\\u0001\\b\\t\\f\\r\\\\ / € [email]\\n\"")]
    [InlineData("4111111111111111", "\"[payment_card]\"")]
    [InlineData("""{"a":4.111111111111111,"b":-4111111111111111,"c":1e+22}""", """{"a":4.111111111111111,"b":-4111111111111111,"c":1e+22}""")]
    public void What_is_found_is_replaced_and_the_structure_stays(string json, string expected) =>
        Assert.Equal(expected, Regex.Replace(Redacting.Json(json), @":[0-9a-f]{8}\]", "]"));

    [Fact]
    public void Two_names_of_one_person_stay_two_names()
    {
        var json = Redacting.Json("""{"Ola@example.com":1,"ola@example.com":2,"OLA@example.com":3}""");
        using var document = JsonDocument.Parse(json);
        var names = document.RootElement.EnumerateObject().Select(member => member.Name).ToArray();
        Assert.Equal([names[0], $"{names[0]}#2", $"{names[0]}#3"], names);
        Assert.Equal(json, Redacting.Json(json));
    }

    [Fact]
    public void A_name_that_is_a_placeholder_already_is_not_lost()
    {
        var placeholder = Redacting.Text("ola@example.com");
        var json = Redacting.Json($$"""{"{{placeholder}}":1,"{{placeholder}}#2":2,"Ola@example.com":3,"ola@example.com":4}""");
        using var document = JsonDocument.Parse(json);
        Assert.Equal([1, 2, 3, 4], document.RootElement.EnumerateObject().Select(member => member.Value.GetInt32()).Order());
    }

    [Fact]
    public void A_slice_of_a_database_keeps_who_is_who()
    {
        var (body, counts) = Redactor.Redact(JsonText.Parse(
            """
            [{"id":1,"email":"ola@example.com","ssn":"536-90-4399","card":"4111 1111 1111 1111","ip":"203.0.113.7","note":"call +47 22 12 34 56"},
             {"id":2,"email":"kari@example.com","referredBy":"Ola@example.com","iban":"NO93 8601 1117 947","amount":1299.5}]
            """u8), Redacting.Key);
        using var rows = JsonDocument.Parse(body.Text);
        Assert.Equal(
            rows.RootElement[0].GetProperty("email").GetString(), rows.RootElement[1].GetProperty("referredBy").GetString());
        Assert.NotEqual(
            rows.RootElement[0].GetProperty("email").GetString(), rows.RootElement[1].GetProperty("email").GetString());
        Assert.Equal(1299.5, rows.RootElement[1].GetProperty("amount").GetDouble());
        Assert.Equal("""{"email":3,"iban":1,"ip_address":1,"national_id":1,"payment_card":1,"phone":1}""", counts.ToString());
    }

    [Fact]
    public void Counts_add_up_and_read_back()
    {
        var (_, first) = Redactor.Redact("a@example.com b@example.com 203.0.113.7", Redacting.Key);
        var (_, second) = Redactor.Redact("c@example.com", Redacting.Key);
        var sum = first.Add(second);
        Assert.Equal((3, 1, 4), (sum[RedactionKind.Email], sum[RedactionKind.IpAddress], sum.Total));
        Assert.Equal(sum, second.Add(first));
        Assert.Equal(sum, JsonSerializer.Deserialize<RedactionCounts>("""{"ip_address":1,"email":3}""", MeshJson.Options));
        Assert.Equal("""{"email":3,"ip_address":1}""", JsonSerializer.Serialize(sum, MeshJson.Options));
        Assert.Equal("{}", RedactionCounts.None.ToString());
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData("""{"emails":1}""")]
    [InlineData("""{"email":-1}""")]
    [InlineData("""{"email":"1"}""")]
    [InlineData("[]")]
    public void What_is_no_counts_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RedactionCounts>(json, MeshJson.Options));

    [Fact]
    public void The_deepest_json_is_redacted_too()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"a":[""", 32)) + "\"ola@example.com\""
            + string.Concat(Enumerable.Repeat("]}", 32));
        Assert.Contains("[email:", Redacting.Json(deep), StringComparison.Ordinal);
    }
}
