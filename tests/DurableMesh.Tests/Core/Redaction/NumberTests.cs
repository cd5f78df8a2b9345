namespace DurableMesh.Tests.Core.Redaction;

/// <summary>
/// Cards, accounts and persons' numbers; the examples are the issuers' and the standards' own, none is anybody's.
/// </summary>
public sealed class NumberTests
{
    [Theory]
    [InlineData("4111111111111111")]
    [InlineData("4111 1111 1111 1111")]
    [InlineData("4111-1111-1111-1111")]
    [InlineData("4012888888881881")]
    [InlineData("5555555555554444")]
    [InlineData("5105 1051 0510 5100")]
    [InlineData("2223003122003222")]
    [InlineData("378282246310005")]
    [InlineData("3782 822463 10005")]
    [InlineData("371449635398431")]
    [InlineData("6011111111111117")]
    [InlineData("6011-0009-9013-9424")]
    [InlineData("3530111333300000")]
    [InlineData("30569309025904")]
    [InlineData("3056 930902 5904")]
    [InlineData("38520000023237")]
    [InlineData("6200000000000005")]
    [InlineData("6759649826438453")]
    [InlineData("5019717010103742")]            // Dankort
    [InlineData("4111\u00a01111\u00a01111\u00a01111")]
    [InlineData("4111\u20111111\u20111111\u20111111")]
    [InlineData("41111111 11111111")]
    [InlineData("2200000000000004")]
    public void A_payment_card_is_found(string card) => Redacting.AssertFound("payment_card", card);

    [Theory]
    [InlineData("4111111111111112")]            // Luhn
    [InlineData("1111111111111117")]            // no issuer
    [InlineData("411111111111111")]             // 15 digits
    [InlineData("4006381333931")]               // a bar code
    [InlineData("41111111111111114")]
    [InlineData("0.4111111111111111")]          // a fraction
    [InlineData("4111111111111111.5")]
    [InlineData("a4111111111111111f")]          // a hash
    [InlineData("1763974110123456")]            // microseconds since 1970
    [InlineData("1763974110123456789")]
    [InlineData("52BB 5204 8676 1411 6965 5366 53D6")]
    [InlineData("5360 7776 7936 1739 5441 542B")]
    public void What_only_looks_like_a_card_stays(string number) => Redacting.AssertUntouched(number);

    [Theory]
    [InlineData("DE89370400440532013000")]
    [InlineData("DE89 3704 0044 0532 0130 00")]
    [InlineData("de89 3704 0044 0532 0130 00")]
    [InlineData("GB29NWBK60161331926819")]
    [InlineData("GB29 NWBK 6016 1331 9268 19")]
    [InlineData("NO9386011117947")]
    [InlineData("NO93 8601 1117 947")]
    [InlineData("FR1420041010050500013M02606")]
    [InlineData("MT84MALT011000012345MTLCAST001S")]
    [InlineData("BE68539007547034")]
    [InlineData("NL91ABNA0417164300")]
    [InlineData("CH9300762011623852957")]
    [InlineData("SE4550000000058398257466")]
    [InlineData("ES9121000418450200051332")]
    [InlineData("PL61109010140000071219812874")]
    [InlineData("NO93-8601-1117-947")]
    [InlineData("NO93\u00a08601\u00a01117\u00a0947")]
    [InlineData("NO93 86011117947")]
    [InlineData("NO 9386011117947")]
    public void An_iban_is_found(string iban) => Redacting.AssertFound("iban", iban);

    [Theory]
    [InlineData("DE88370400440532013000")]      // mod 97
    [InlineData("DE8937040044053201300")]       // a digit short
    [InlineData("XX89370400440532013000")]      // no country
    [InlineData("ADE89370400440532013000")]
    public void What_only_looks_like_an_iban_stays(string iban) => Redacting.AssertUntouched(iban);

    [Theory]
    [InlineData("13097248022")]                 // Norway: fødselsnummer, D-number
    [InlineData("130972 48022")]
    [InlineData("01010750160")]
    [InlineData("41018500033")]
    [InlineData("811228-9874")]                 // Sweden
    [InlineData("19811228-9874")]
    [InlineData("198112289874")]
    [InlineData("670919-9530")]
    [InlineData("131052-308T")]                 // Finland
    [InlineData("131052A308T")]
    [InlineData("211062-5629")]                 // Denmark
    [InlineData("0101006500006")]               // former Yugoslavia
    [InlineData("54362315K")]                   // Spain: DNI, NIE
    [InlineData("54362315-K")]
    [InlineData("X2482300W")]
    [InlineData("RCCMNL83S18D969H")]            // Italy
    [InlineData("rccmnl83s18d969h")]
    [InlineData("54362315k")]
    [InlineData("x2482300w")]
    [InlineData("131052-308t")]
    [InlineData("295109912611193")]             // France, and Corsica
    [InlineData("2 95 10 99 126 111 93")]
    [InlineData("253072B07300470")]
    [InlineData("85073003328")]                 // Belgium
    [InlineData("85.07.30-033.28")]
    [InlineData("390.533.447-05")]              // Brazil
    [InlineData("756.9217.0769.85")]            // Switzerland
    [InlineData("7569217076985")]
    [InlineData("710319/2745")]                 // Czechia
    public void A_national_id_is_found(string id) => Redacting.AssertFound("national_id", id);

    [Theory]
    [InlineData("PESEL", "44051401359")]
    [InlineData("pesel_number", "44051401359")]
    [InlineData("OIB", "33392005961")]
    [InlineData("BSN", "111222333")]
    [InlineData("bsn", "1112.22.333")]
    [InlineData("CPF", "39053344705")]
    [InlineData("Steuer-ID", "36574261809")]
    [InlineData("IdNr", "36 574 261 809")]
    [InlineData("personnummer", "8112289874")]
    [InlineData("Personnummer", "20000101-1238")]
    [InlineData("customerCpr", "2110625629")]
    [InlineData("CPR", "010107-1234")]
    [InlineData("SSN", "536-90-4399")]
    [InlineData("AHV-Nr.", "756 9217 0769 85")]
    [InlineData("rodné číslo", "710319 2745")]
    [InlineData("personnummer", "811228 9874")]
    public void A_national_id_that_any_number_may_be_is_found_in_a_body_that_names_it(string name, string id)
    {
        Redacting.AssertUntouched($"it is {id}, see above");
        Redacting.AssertFound("national_id", id, $"The {name} of a person is in column three.\n{new string('.', 5000)}\n1;2;");
    }

    [Theory]
    [InlineData("13097248023")]                 // Norway, check digit
    [InlineData("13137248022")]                 // no 13th month
    [InlineData("811228-9873")]
    [InlineData("131052-308U")]
    [InlineData("211062-5628")]
    [InlineData("0101006500007")]
    [InlineData("54362315A")]
    [InlineData("RCCMNL83S18D969I")]
    [InlineData("295109912611194")]
    [InlineData("85073003329")]
    [InlineData("390.533.447-06")]
    [InlineData("111.111.111-11")]
    [InlineData("756.9217.0769.84")]
    [InlineData("710319/2746")]
    public void A_number_with_a_wrong_check_stays(string id) => Redacting.AssertUntouched(id);

    [Fact]
    public void Nine_digits_are_an_ssn_only_where_the_word_is_near()
    {
        Assert.Matches(@"^SSN: \[national_id:\w{8}\]$", Redacting.Text("SSN: 536904399"));
        Assert.Contains("[national_id:", Redacting.Json("""{"ssn":536904399}"""), StringComparison.Ordinal);
        Redacting.AssertUntouched($"The ssn is not kept.{new string('.', 100)} 536904399 536904398");
    }

    [Theory]
    [InlineData("built at 131052-0930, 131052-2359")]
    [InlineData("00000000000 11111111111 22222222222 of CPF, OIB and PESEL")]
    public void A_time_and_one_digit_repeated_are_nobodys_number(string text) => Redacting.AssertUntouched(text);
}
