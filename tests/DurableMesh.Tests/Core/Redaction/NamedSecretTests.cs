using System.Text;
using System.Text.RegularExpressions;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Redaction;

/// <summary>Secrets by their names, in the shapes that files, headers, command lines, code and people give them.</summary>
public sealed class NamedSecretTests
{
    private const string Key = "72UZNPoWMcHnQeUBD9ImcXATvAOntrgA";
    private const string Password = "Tundra44x!Velvet";

    private static readonly string[] KeyNames =
    [
        "secret", "secretKey", "secret_value", "clientSecret", "client_secret", "apiKey", "api-key", "apiToken", "accessToken",
        "refresh_token", "authKey", "bearerToken", "sessionToken", "credentials", "creds", "privateKey", "privkey", "signing_key",
        "encryptionKey", "masterKey", "sharedKey", "preSharedKey", "psk", "hmacKey", "subscriptionKey", "subscription_key",
        "secret_key_base", "JWT_KEY", "app_key", "service_role_key", "accountKey", "storageKey", "functionKey", "totpSecret",
        "personalAccessToken", "sasToken", "sshKey", "unsealKey", "licenseKey", "sessionId", "deployKey", "AZURE_DEVOPS_EXT_PAT",
        "HEROKU_API_KEY", "tokens", "apiKeys", "API_KEY_2",
    ];

    private static readonly string[] PasswordNames =
    [
        "password", "passwd", "pwd", "pass", "passphrase", "passcode", "DB_PASS", "DB_PASSWORD", "MYSQL_PWD", "PGPASSWORD",
        "keystorePassword",
        "password1", "password_confirmation", "passord", "Passwort", "kennwort", "lösenord", "losenord", "adgangskode",
        "salasana", "motdepasse", "mot_de_passe", "contraseña", "senha", "hasło", "heslo", "wachtwoord", "parola", "jelszó",
        "geslo", "şifre", "ŞIFRE", "пароль", "密码", "パスワード",
    ];

    /// <summary>The shapes; what stands in the place of the value is all that goes.</summary>
    private static readonly string[] Shapes =
    [
        "{0}={1}", "export {0}=\"{1}\"", "{0}='{1}'", "a: 1\n{0}: {1}\nb: 2", "{0}: \"{1}\"", "{{\"a\": 1, \"{0}\": \"{1}\"}}",
        "\"{0}\"   :   \"{1}\"", "{{\\\"{0}\\\": \\\"{1}\\\"}}", "{0} = {1}", "{0}\t=\t{1}", "var {0} = \"{1}\";",
        "{0} = @\"{1}\";", "{0} := \"{1}\"", "\"{0}\" => \"{1}\"", "{0}: str = \"{1}\"", "const {0}: string = '{1}';",
        "<{0}>{1}</{0}>", "<x:{0} Type=\"text\">{1}</x:{0}>", "<add key=\"{0}\" value=\"{1}\"/>",
        "{{\"name\": \"{0}\", \"value\": \"{1}\"}}", "- name: {0}\n  value: {1}\n", "app deploy --{0} {1} --region eu",
        "--{0}={1} x", "docker run -e {0}={1} app",
        "ENV {0} {1}", "aws configure set {0} {1}", "| {0} | {1} |", "os.environ['{0}'] = '{1}'", "Set(\"{0}\", \"{1}\")",
        "{0}=&quot;{1}&quot;",
        "{0}：{1}", "{0} = “{1}”", "**{0}**: {1}", "**{0}:** `{1}`", "Content-Disposition: form-data; name=\"{0}\"\r\n\r\n{1}\r\n",
        "the {0} is {1} now",
        "curl -H '{0}: {1}' https://example.com", "x?a=1&{0}={1}&b=2",
    ];

    public static TheoryData<string, string, string> Named()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var shape in Shapes)
        {
            data.Add(shape, "X_API_KEY", Key);
            data.Add(shape, "DB_PASSWORD", Password);
        }

        foreach (var name in KeyNames)
        {
            Add(name, Key);
        }

        foreach (var name in PasswordNames)
        {
            Add(name, Password);
        }

        return data;

        void Add(string name, string value)
        {
            foreach (var shape in (string[])["{0}={1}", "{{\"{0}\": \"{1}\"}}", "a: 1\n{0}: {1}\n", "{0} = \"{1}\""])
            {
                data.Add(shape, name, value);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Named))]
    public void A_secret_is_found_under_its_name(string shape, string name, string value)
    {
        var text = Format(shape, name, value);
        var redacted = Redacting.Text(text);
        Assert.Equal(Format(shape, name, "[secret]"), Regex.Replace(redacted, @"\[(credential|cloud_key):\w{8}\]", "[secret]"));
        Assert.Equal(redacted, Redacting.Text(redacted));
    }

    [Theory]
    [InlineData("?G.}S^4,)#TgF(=ceOD7")]
    [InlineData(".B<$sBC96HFq~P,nLvRa")]
    [InlineData("@7@]D,gG!Fj{Hb9UWmEX")]
    [InlineData("`)bbGhyE;{{XJ7<#^XDK")]
    [InlineData("velvet walnut lantern harbour")]
    [InlineData("meadow-harbour-ribbon-tundra")]
    [InlineData("CopperRibbon")]
    [InlineData("$ecret42horse")]
    [InlineData("/Harb0ur!x9")]
    [InlineData("(Velvet77)x")]
    [InlineData("%Tundra88x")]
    [InlineData("*Copper99x")]
    [InlineData("ab[cd]Ef91")]
    [InlineData("Fal;con,53")]
    [InlineData("Grünkohl#42")]
    [InlineData("48151623")]
    public void A_password_in_quotes_goes_whatever_is_in_it(string password)
    {
        foreach (var (before, after) in ((string, string)[])
        [
            ("password: '", "'\n"), ("{\"password\": \"", "\"}"), ("var password = \"", "\";"),
            ("{\\\"password\\\": \\\"", "\\\"}"),
        ])
        {
            Assert.Matches(
                $@"^{Regex.Escape(before)}\[credential:\w{{8}}\]{Regex.Escape(after)}$",
                Redacting.Text($"{before}{password}{after}"));
        }
    }

    [Theory]
    [InlineData("postgres://app:pa/ss#w?rd1@db.example:5432/main", "postgres://app:[credential]@db.example:5432/main")]
    [InlineData("postgres://app:%3FG.%7DS%5E4%2C%40%23Tg@db/x", "postgres://app:[credential]@db/x")]
    [InlineData("redis://:SjgE.A6w55@localhost", "redis://:[credential]@localhost")]
    [InlineData("app:mkqHC2nJBwL9L5@tcp(db:3306)/app", "app:[credential]@tcp(db:3306)/app")]
    [InlineData("Server=db;Password=oA/SQ=g':5vnKh]dY$+%;Encrypt=True", "Server=db;Password=[credential];Encrypt=True")]
    [InlineData("Password=Gw_aNOuiC1uP7q;Server=db;User Id=app", "Password=[credential];Server=db;User Id=app")]
    [InlineData("Server = db; Password = 2.ZRb.3EOr7VhO; Encrypt = True", "Server = db; Password = [credential]; Encrypt = True")]
    [InlineData("curl -u ola:4PO8wjnfEFhg!J https://example.com", "curl -u ola:[credential] https://example.com")]
    [InlineData("curl --user \"ola:4PO8wjnfEFhg!J\" https://example.com", "curl --user \"ola:[credential]\" https://example.com")]
    [InlineData("redis-cli -h cache -a 3f%_apS.XJiP#8 ping", "redis-cli -h cache -a [credential] ping")]
    [InlineData("docker login -u ola -p Wn24eNXzawy.9 registry.example", "docker login -u ola -p [credential] registry.example")]
    [InlineData("mysqldump --user app --password CopperMeadow app", "mysqldump --user app --password [credential] app")]
    [InlineData("net use \\\\srv\\share exX-VBrs_U4oI5 /user:ACME\\ola", "net use \\\\srv\\share [credential] /user:ACME\\ola")]
    [InlineData("machine api.example\n  login ola\n  password OXzT.PCc3BP69g\n", "machine api.example\n  login ola\n  password [credential]\n")]
    [InlineData("db.example:5432:app:ola:OXzT.PCc3BP69g\n", "db.example:5432:app:ola:[credential]\n")]
    [InlineData("[pypi]\nusername = ola\npassword = FalconVelvet\n", "[pypi]\nusername = ola\npassword = [credential]\n")]
    [InlineData("CREATE USER 'app'@'%' IDENTIFIED BY 'FJH+n03e7JfTGK';", "CREATE USER 'app'@'%' IDENTIFIED BY '[credential]';")]
    [InlineData("new NetworkCredential(\"ola\", \"s9U_giU!Kcna5j\")", "new NetworkCredential(\"ola\", \"[credential]\")")]
    [InlineData("public string Password { get; set; } = \"Ljm1-A0Mzh!osp\";", "public string Password { get; set; } = \"[credential]\";")]
    [InlineData("define( 'AUTH_KEY', 'X-S#U*_nbZjzaO!CD+#S4oFum' );", "define( 'AUTH_KEY', '[credential]' );")]
    [InlineData("Cookie: theme=dark; JSESSIONID=4DH5jS3SHsXVGr7ieJrwj1ve", "Cookie: theme=dark; JSESSIONID=[credential]")]
    [InlineData("https://x.example/k?X-Amz-Signature=d1e46f41a11bea8b8748b092&y=1", "https://x.example/k?X-Amz-Signature=[cloud_key]&y=1")]
    [InlineData("<a href=\"https://x.example/c?sv=2024&amp;sig=sQUae%2BvmiWzb%2B2%2FQUbCD5c2f\">", "<a href=\"https://x.example/c?sv=2024&amp;sig=[cloud_key]\">")]
    [InlineData("Authorization: token rODQMUrVjeY4okspN5z45oHh", "Authorization: token [bearer_token]")]
    [InlineData("Authorization: fe4cKIHsuJGVDvlUtWj5SNKb", "Authorization: [bearer_token]")]
    [InlineData("Proxy-Authorization: Basic YXBwOk5US21iUHh0VWYwZElm", "Proxy-Authorization: Basic [bearer_token]")]
    [InlineData("{'Authorization': 'GenieKey uiBt1aFz6rxNcdCHD5Bf'}", "{'Authorization': 'GenieKey [bearer_token]'}")]
    [InlineData("Authorization: AWS4-HMAC-SHA256 Credential=AKID/2026, Signature=fe5f80f7", "Authorization: AWS4-HMAC-SHA256 [bearer_token]")]
    public void A_secret_is_found_in_its_place(string text, string expected) =>
        Assert.Equal(expected, Regex.Replace(Redacting.Text(text), @":\w{8}\]", "]"));

    [Theory]
    [InlineData("""{"password":{"value":"Tundra44xVelvet","type":"string"}}""", """{"password":{"type":"string","value":"[credential]"}}""")]
    [InlineData("""{"env":[{"name":"DB_PASSWORD","value":"Tundra44xVelvet"},{"name":"HOST","value":"db"}]}""", """{"env":[{"name":"DB_PASSWORD","value":"[credential]"},{"name":"HOST","value":"db"}]}""")]
    [InlineData("""{"field":"password","value":"Tundra44xVelvet"}""", """{"field":"password","value":"[credential]"}""")]
    [InlineData("""{"environment":[["DB_PASSWORD","Tundra44xVelvet"],["HOST","db"]]}""", """{"environment":[["DB_PASSWORD","[credential]"],["HOST","db"]]}""")]
    [InlineData("""{"tokens":["yiXnq0ngqMGTumGIktd6Bn3w"]}""", """{"tokens":["[credential]"]}""")]
    [InlineData("""{"headers":{"authorization":"Bot HUbRjpFjy7lFuxJOPbfP"}}""", """{"headers":{"authorization":"Bot [bearer_token]"}}""")]
    [InlineData("""{"k":"4YOomK-ecjqM60wII_NlBCmFm1C8I0si9FZmeSkOFjL","kty":"oct"}""", """{"k":"[credential]","kty":"oct"}""")]
    [InlineData("""{"body":"{ \"password\" : {\"value\": \"Tundra44xVelvet\"} }"}""", """{"body":"{ \"password\" : {\"value\": \"[credential]\"} }"}""")]
    [InlineData("""{"columns":["user","password","email"]}""", """{"columns":["user","password","email"]}""")]
    public void A_secret_is_found_in_the_shapes_of_json(string json, string expected) =>
        Assert.Equal(expected, Regex.Replace(Redacting.Json(json), @":\w{8}\]", "]"));

    [Theory]
    [InlineData("\"scrypt-password\": \"1.3.4\", \"jsonwebtoken\": \"^9.0.2\", \"@acme/api-token\": \"12.0.1-beta.3\", scrypt_password==1.3.4")]
    [InlineData("DropTenantPassword: \"drop_tenant_password\", 'PASSWORD': 'LOGIN', password: \"Password\", RESET_PASSWORD = \"reset-password\"")]
    [InlineData("label_password: 'Your password', passwordPlaceholder=\"Enter your password\", ErrorInvalidPassword = \"error.invalid_password\"")]
    [InlineData("secretName: \"db-credentials-v2\", tokenType = \"access_token_v2_short\", publicKeyToken=b77a5c561934e089")]
    [InlineData("password: user.password1, password: hash(pw1), password = @password, password: Option<String>, password: #{password}")]
    [InlineData("type = show ? \"password\" : \"text\"; password: /^(?=.*\\d).{8,}$/, password=%s password: ${{ secrets.X }}")]
    [InlineData("http://username:password@example.com and https://example.com:8080/a@b and curl -u user:$PASS x; docker run -u 1000:1000")]
    [InlineData("Authorization: every request needs one; the Authorization header; authorization: $TOKEN")]
    [InlineData("the password is required and the token is missing; --password-stdin; --token string   the token")]
    public void What_only_speaks_of_a_secret_stays(string text) => Redacting.AssertUntouched(text);

    [Fact]
    public void The_meshs_own_keys_go_whatever_the_zones_allow()
    {
        var key = $"dmk_0102030405060708_{Key}{Key[..11]}";
        var redaction = new RequestRedaction(Redacting.Key, TrustAction.Allow.ScopeOf());
        var body = JsonText.Parse(Encoding.UTF8.GetBytes(
            $$"""{"{{key}}":1,"a":"use {{key}}, ola@example.com","b":"{\"c\":\"\\n{{key}}\"}","password":"x1y2z3"}"""));

        var (redacted, counts) = Redactor.Redact(body, Redacting.Key, TrustAction.Allow.ScopeOf());
        Assert.DoesNotContain(Key, redacted.Text, StringComparison.Ordinal);
        Assert.Contains("ola@example.com", redacted.Text, StringComparison.Ordinal);
        Assert.Contains("x1y2z3", redacted.Text, StringComparison.Ordinal);
        Assert.Equal("""{"bearer_token":3}""", counts.ToString());
        Assert.Null(redaction.Removed);

        Assert.Equal(
            """{"bearer_token":1}""",
            FileRedaction.Redact(
                Encoding.UTF8.GetBytes($"key {key}\n+47 22 12 34 56"), Redacting.Key, RedactionScope.MeshKeys)!
                .Removed!.ToString());
        Assert.Null(FileRedaction.Redact(Encoding.UTF8.GetBytes($"\0{key}\0"), Redacting.Key, RedactionScope.MeshKeys));
        Assert.Null(FileRedaction.Redact(new byte[] { 0, 1, 2 }, Redacting.Key, RedactionScope.MeshKeys)!.Removed);
        Assert.Equal(RedactionScope.Everything, TrustAction.Redact.ScopeOf());
    }

    private static string Format(string shape, string name, string value) =>
        shape.Replace("{0}", name, StringComparison.Ordinal).Replace("{1}", value, StringComparison.Ordinal)
            .Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);
}
