using System.Text.RegularExpressions;

namespace DurableMesh.Tests.Core.Redaction;

/// <summary>Secrets; each is put together here, so that this file holds none.</summary>
public sealed class SecretTests
{
    private const string Random = "Zk3vQ9xT1mB7cR5yW2pL8dN4hJ6gF0sAeUiOzXqVtMbKrYwPnDlHjGfS3a5C7e9R1t2Y4u6I8o0PqWsXzAkL";
    private const string Base64 = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";

    [Theory]
    [InlineData("AKIA", "IOSFODNN7EXAMPLE")]
    [InlineData("ASIA", "IOSFODNN7EXAMPLE")]
    [InlineData("AIza", 35)]
    [InlineData("GOCSPX-", 28)]
    [InlineData("ya29.", 60)]
    [InlineData("ghp_", 36)]
    [InlineData("gho_", 36)]
    [InlineData("ghs_", 36)]
    [InlineData("github_pat_", 82)]
    [InlineData("glpat-", 20)]
    [InlineData("xoxb-", 48)]
    [InlineData("xoxp-", 48)]
    [InlineData("sk_live_", 24)]
    [InlineData("rk_test_", 24)]
    [InlineData("whsec_", 32)]
    [InlineData("sk-ant-", 80)]
    [InlineData("sk-", 48)]
    [InlineData("sk-proj-", 60)]
    [InlineData("hf_", 34)]
    [InlineData("npm_", 36)]
    [InlineData("SG.", 66)]
    public void A_key_with_its_issuers_prefix_is_found(string prefix, object rest) =>
        Redacting.AssertFound("cloud_key", prefix + (rest is int length ? Random[..length] : rest));

    [Theory]
    [InlineData("ghp_short, AKIA, AKIAIOSFODNN7EXAMPLE0, npm_config_registry, hf_hub_download")]
    [InlineData("task-force, sk-fading-circle-animation-of-spinner, desk-lamp-with-a-long-name-12")]
    [InlineData("AIzaTooShort, the risk-averse, xoxb-")]
    public void A_prefix_alone_is_no_key(string text) => Redacting.AssertUntouched(text);

    [Fact]
    public void A_key_of_the_mesh_is_found() => Redacting.AssertFound("bearer_token", $"dmk_k1_{Random[..43]}");

    [Theory]
    [InlineData("Bearer ", 40)]
    [InlineData("bearer ", 20)]
    [InlineData("Authorization: Bearer ", 10)]
    [InlineData("authorization\": \"Bearer ", 10)]
    [InlineData("Authorization: Basic ", 16)]
    public void A_token_is_found_behind_its_scheme(string scheme, int length) =>
        Assert.Matches(@"^curl -H '.*\[bearer_token:\w{8}\]' x$", Redacting.Text($"curl -H '{scheme}{Random[..length]}' x"));

    [Fact]
    public void A_json_web_token_is_found_wherever_it_stands()
    {
        const string Header = "eyJ" + "hbGciOiJIUzI1NiJ9";
        const string Claims = "eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0";
        Redacting.AssertFound("bearer_token", $"{Header}.{Claims}.{Random[..43]}");
        Redacting.AssertFound("bearer_token", $"{Header}.{Claims}");
        Redacting.AssertUntouched($"eyJ.eyJ, {Header}, {Header}.x");
    }

    [Theory]
    [InlineData("Bearer authentication is used; a bearer of good news; Bearer AuthenticationMiddleware; the Basic programming language")]
    [InlineData("Authorization: Bearer $TOKEN")]
    [InlineData("Authorization: Bearer <token>")]
    [InlineData("Authorization: Bearer dmk_ID_SECRET")]
    public void A_word_behind_a_scheme_is_no_token(string text) => Redacting.AssertUntouched(text);

    [Theory]
    [InlineData("PRIVATE KEY", "\n")]
    [InlineData("RSA PRIVATE KEY", "\n")]
    [InlineData("EC PRIVATE KEY", "\r\n")]
    [InlineData("OPENSSH PRIVATE KEY", "\n")]
    [InlineData("ENCRYPTED PRIVATE KEY", "\\n")]
    [InlineData("PGP PRIVATE KEY BLOCK", "\n")]
    public void A_private_key_is_found(string label, string line)
    {
        var key = $"-----BEGIN {label}-----{line}{Base64}{line}{Base64}{line}-----END {label}-----";
        Redacting.AssertFound("private_key", key);
        Assert.Matches(@"^a \[private_key:\w{8}\]\s*and more$", Redacting.Text($"a {key[..^40]} and more").Replace("\\n", " "));
    }

    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY----- is how one begins, and -----END PRIVATE KEY----- how it ends")]
    [InlineData("-----BEGIN PUBLIC KEY-----\n" + Base64 + "\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\n" + Base64 + "\n-----END CERTIFICATE-----")]
    public void What_is_public_or_only_mentioned_stays(string text) => Redacting.AssertUntouched(text);

    [Theory]
    [InlineData("Server=db;User Id=sa;Password=hunter, 2!;Encrypt=true", "Server=db;User Id=sa;Password=[credential];Encrypt=true")]
    [InlineData("pwd=x", "pwd=[credential]")]
    [InlineData("Host=db;Pwd=correcthorse", "Host=db;Pwd=[credential]")]
    [InlineData("postgres://app:hunter2@db.example/x", "postgres://app:[credential]@db.example/x")]
    [InlineData("DB_PASSWORD=hunter", "DB_PASSWORD=[credential]")]
    [InlineData("mysql --password=correcthorse -h db", "mysql --password=[credential] -h db")]
    [InlineData("password = \"hunter22\"", "password = \"[credential]\"")]
    [InlineData("passphrase: 'correct1horse'", "passphrase: '[credential]'")]
    [InlineData("login bob, password: hunter2!", "login bob, password: [credential]")]
    [InlineData("\\\"password\\\": \\\"hunter22\\\"", "\\\"password\\\": \\\"[credential]\\\"")]
    [InlineData("API_KEY=0123456789abcdef", "API_KEY=[credential]")]
    [InlineData("client_secret=a1b2c3d4e5", "client_secret=[credential]")]
    [InlineData("x?access_token=a1b2c3d4e5&y=1", "x?access_token=[credential]&y=1")]
    [InlineData("AccountName=a;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq==;X=y",
        "AccountName=a;AccountKey=[cloud_key];X=y")]
    [InlineData("https://a.example/c?sv=2024&sig=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50u%3D", "https://a.example/c?sv=2024&sig=[cloud_key]")]
    [InlineData("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key=[cloud_key]")]
    public void A_secret_is_found_by_its_name(string text, string expected) =>
        Assert.Equal(expected, Regex.Replace(Redacting.Text(text), @":\w{8}\]", "]"));

    [Theory]
    [InlineData("connect(password=password), f(pwd=pwd), g(secret=settings.secret)")]
    [InlineData("password: string; secret: string | null; public string Password { get; init; }")]
    [InlineData("PASSWORD=$PASSWORD password={password} Password=<yours> password=*** Password=…; Password=... password=")]
    [InlineData("The password: it must have eight characters. No token is left; the token budget: 4096.")]
    [InlineData("var secret = GetSecret(); secret == other; password => password; Token::new()")]
    [InlineData("PWD=/home/me; inputTokens=1200 outputTokens=300 tokens: 15")]
    [InlineData("https://example.com:8080/a@b and postgres://$USER:$PASS@db/x and postgres://{user}:{password}@db")]
    public void What_speaks_of_a_secret_stays(string text) => Redacting.AssertUntouched(text);
}
