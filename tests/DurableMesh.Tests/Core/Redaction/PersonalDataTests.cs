using System.Text.RegularExpressions;
using DurableMesh.Core.Redaction;

namespace DurableMesh.Tests.Core.Redaction;

public sealed class PersonalDataTests
{
    [Theory]
    [InlineData("ola.nordmann@example.com")]
    [InlineData("ola+list@mail.example.co.uk")]
    [InlineData("o_n-1%x@sub.example.org")]
    [InlineData("12345@163.com")]
    [InlineData("4111111111111111@example.com")]
    [InlineData("käthe.müller@bücher.example")]
    [InlineData("user@xn--bcher-kva.xn--p1ai")]
    [InlineData("o'brien@example.com")]
    public void An_email_address_is_found(string address) => Redacting.AssertFound("email", address);

    [Theory]
    [InlineData("git@github.com:owner/name.git")]
    [InlineData("npm install left-pad@1.3.0-beta.rc")]
    [InlineData("icon@2x.png")]
    [InlineData("actions/checkout@v4")]
    [InlineData("@param name @returns")]
    [InlineData("[Fact] @Html.Raw(x) a@b")]
    [InlineData("@@ -1,4 +1,4 @@")]
    [InlineData("x@y..com, x@.com, x@y.c")]
    public void What_only_has_an_at_sign_stays(string text) => Redacting.AssertUntouched(text);

    [Theory]
    [InlineData("+4722123456")]
    [InlineData("+47 22 12 34 56")]
    [InlineData("+1 415 555 2671")]
    [InlineData("+1 (415) 555-2671")]
    [InlineData("+1-415-555-2671")]
    [InlineData("+44 20 7946 0958")]
    [InlineData("+44 (0)20 7946 0958")]
    [InlineData("+49 30 12345678")]
    [InlineData("+33 6 12 34 56 78")]
    [InlineData("+385 91 123 4567")]
    [InlineData("415-555-2671")]
    [InlineData("415.555.2671")]
    [InlineData("(415) 555-2671")]
    [InlineData("1-415-555-2671")]
    [InlineData("+30 210 123 4567")]
    [InlineData("+30 6912345678")]
    [InlineData("00 47 22 12 34 56")]
    [InlineData("00 30 210 123 4567")]
    [InlineData("0047 22 12 34 56")]
    public void A_telephone_number_is_found(string number) => Redacting.AssertFound("phone", number);

    [Theory]
    [InlineData("Tel.: ", "22 12 34 56")]
    [InlineData("call ", "004722123456")]
    [InlineData("Mobile: ", "06 12 34 56 78")]
    [InlineData("telefon ", "030/12345678")]
    [InlineData("tel:", "5551234567")]
    [InlineData("Fax ", "(030) 123 45 67")]
    [InlineData("電話: ", "03-1236-2250")]
    [InlineData("전화: ", "02-218-3315")]
    [InlineData("电话: ", "010 1231 9375")]
    [InlineData("Sími: ", "411 1885")]
    [InlineData("Τηλέφωνο: ", "210 123 4567")]
    [InlineData("Portable: ", "01 23 41 28 19")]
    [InlineData("Telemóvel: ", "21 234 2962")]
    [InlineData("Komórka: ", "12 343 82 95")]
    [InlineData("Natel: ", "021 236 85 77")]
    [InlineData("name,phone,city\nOla,", "030 193727")]
    public void A_national_telephone_number_is_found_behind_its_name(string name, string number)
    {
        Assert.Equal($"it is {number} now", Redacting.Text($"it is {number} now"));
        Assert.Matches($@"^{name}\[phone:[0-9a-f]{{8}}\] now$", Redacting.Text($"{name}{number} now"));
    }

    [Theory]
    [InlineData("a + 12345678 and x+12345678")]
    [InlineData("phone app of 2026-03-14 09:26")]
    [InlineData("115-055-2671 and 015-555-2671")]
    [InlineData("01 02 03 04 05 06 07 08 09 0a")]
    [InlineData("telephony 5551234567")]
    [InlineData("phone 12, 34")]
    [InlineData("+59.91273 and +10.74609, x = +12.345678")]
    [InlineData("a[1]+271733878, f(x)+271733878")]
    [InlineData("08 00 00 00 00 00 00 00 28 58 01 82 fe")]
    [InlineData("order 0012345678901")]
    public void What_is_no_telephone_number_stays(string text) => Redacting.AssertUntouched(text);

    [Fact]
    public void A_telephone_number_ends_before_what_follows_it()
    {
        Assert.Matches(@"^\[phone:\w{8}\] 2026-03-14$", Redacting.Text("+47 22 12 34 56 2026-03-14"));
        Assert.Matches(@"^\[phone:\w{8}\] \[payment_card:\w{8}\]$", Redacting.Text("+49 30 1234 4111 1111 1111 1111"));
    }

    [Theory]
    [InlineData("203.0.113.7")]
    [InlineData("10.0.0.12")]
    [InlineData("192.168.1.254")]
    [InlineData("2001:db8::1")]
    [InlineData("2001:db8:85a3::8a2e:370:7334")]
    [InlineData("2001:0DB8:0000:0000:0000:FF00:0042:8329")]
    [InlineData("fe80::1ff:fe23:4567:890a")]
    [InlineData("fd12:3456:789a:1::1")]
    public void An_ip_address_is_found(string address) => Redacting.AssertFound("ip_address", address);

    [Theory]
    [InlineData("http://203.0.113.7:8080/x", "http://[ip]:8080/x")]
    [InlineData("10.1.0.12/16", "[ip]/16")]
    [InlineData("8.8.8.8:53", "[ip]:53")]
    [InlineData("http://8.8.4.4/", "http://[ip]/")]
    [InlineData("10.0.0.1-10.0.0.9", "[ip]-[ip]")]
    [InlineData("[2001:db8::1]:443", "[[ip]]:443")]
    [InlineData("::ffff:203.0.113.7", "::ffff:[ip]")]
    [InlineData("203.0.113.7. Then", "[ip]. Then")]
    [InlineData("client 203.0.113.7 GET /", "client [ip] GET /")]
    [InlineData("server 203.0.113.7 is up", "server [ip] is up")]
    [InlineData("report_203.0.113.7.pdf", "report_[ip].pdf")]
    [InlineData("id-203.0.113.7", "id-[ip]")]
    [InlineData("_203.0.113.7_", "_[ip]_")]
    [InlineData("https://x.example/203.0.113.7", "https://x.example/[ip]")]
    [InlineData("ping 8.12.4.2", "ping [ip]")]
    [InlineData("remote addr: 5.9.12.8", "remote addr: [ip]")]
    public void An_ip_address_is_found_with_what_belongs_to_it(string text, string expected) =>
        Assert.Equal(expected, Regex.Replace(Redacting.Text(text), @"\[ip_address:\w{8}\]", "[ip]"));

    [Theory]
    [InlineData("127.0.0.1:7071, 0.0.0.0, 255.255.255.0, ::1, ::")]
    [InlineData("Version=10.0.12.4, v10.0.12.4, version 10.0.12.4, 4.0.30319.42000")]
    [InlineData("Chrome/126.0.12.114 and lib-10.0.12.4.jar and System.Text.Json.10.0.12.4.nupkg")]
    [InlineData("RFC 8785 §3.2.2.13 and section 10.2.13.4")]
    [InlineData("allow 10.0.0.0/8, 10.1.0.0/16, 172.16.0.0/12 and 192.168.0.0/16")]
    [InlineData("OID 2.5.29.35, (2.5.29.17), 2.5.4.10; see ECMA-262 22.1.3.6; mapping functions: 8.12.4.2.")]
    [InlineData("from 2.31.0.9 to 2.31.0.10; (>=4.12.0.88,<5.0.0); libfoo==203.0.113.7; Windows NT 10.0.22.63")]
    [InlineData("10.0.0.0 and 1.2.3.4 and 1.2.3.4.5 and 300.1.1.1")]
    [InlineData("12:34:56 and 00:1b:44:11:3a:b7 and a::b and std::vector and 2001:db8")]
    [InlineData("2026:03:14 09:26:53 cafe::babe, 2000::/3 and fe80::")]
    public void What_is_no_address_of_a_host_stays(string text) => Redacting.AssertUntouched(text);

    [Fact]
    public void Ways_to_write_a_value_have_one_placeholder()
    {
        AssertSame("Ola@Example.com", "ola@example.com");
        AssertSame("4111111111111111", "4111-1111-1111-1111");
        AssertSame("DE89 3704 0044 0532 0130 00", "DE89370400440532013000");
        AssertSame("+44 (0)20 7946 0958", "+442079460958");
        AssertSame("2001:0db8:0000::0001", "2001:db8::1");
        AssertSame("54362315-K", "54362315K");
        AssertSame("54362315k", "54362315K");
        AssertSame("+47 22 12 34 56", "+4722123456");
        AssertSame("0047 22 12 34 56", "+4722123456");
        AssertSame("19811228-9874", "811228-9874");
        AssertSame("198112289874", "811228-9874");
        AssertSame("131052-308t", "131052-308T");
        AssertSame("ola@xn--exmple-cua.de", "ola@exämple.de");
        AssertSame("4111 1111 1111 1111", "４１１１１１１１１１１１１１１１");
        AssertSame("DE89-3704-0044-0532-0130-00", "DE89370400440532013000");
    }

    [Fact]
    public void A_placeholder_belongs_to_a_thread_a_secret_a_kind_and_a_value()
    {
        string[] different =
        [
            Redacting.Text("a@example.com"),
            Redacting.Text("b@example.com"),
            Redactor.Redact("a@example.com", PseudonymKey.Of("the server's secret", "thread-2")).Text,
            Redactor.Redact("a@example.com", PseudonymKey.Of("another secret", "thread-1")).Text,
        ];
        Assert.Distinct(different);
        Assert.Equal(different[0], Redactor.Redact("a@example.com", PseudonymKey.Of("the server's secret", "thread-1")).Text);
        Assert.Throws<ArgumentException>(() => PseudonymKey.Of("", "thread-1"));
    }

    private static void AssertSame(string left, string right)
    {
        Assert.StartsWith("[", Redacting.Text(left), StringComparison.Ordinal);
        Assert.Equal(Redacting.Text(left), Redacting.Text(right));
    }

    [Fact]
    public void A_national_number_is_that_of_the_same_person_abroad() =>
        Assert.Equal(Redacting.Text("+47 22 12 34 56"), Redacting.Text("tel. 22 12 34 56")["tel. ".Length..]);

    [Theory]
    [InlineData("user@مثال.إختبار")]
    [InlineData("taro@例え.テスト")]
    [InlineData("用户@例子.广告")]
    public void An_address_in_a_script_without_blanks_is_found(string address) =>
        Assert.Matches(@"^<\[email:\w{8}\]>$", Redacting.Text($"<{address}>"));

    [Theory]
    [InlineData("postgres@db.internal, root@node1.local, app@host.lan")]
    public void A_user_of_a_host_inside_is_no_person(string text) => Redacting.AssertUntouched(text);
}
