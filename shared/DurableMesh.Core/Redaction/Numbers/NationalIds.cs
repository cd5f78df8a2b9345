namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>
/// Persons' numbers of some countries. One that a random number, a timestamp or a bar code would pass too often counts only in a
/// body that has its name.
/// </summary>
internal static class NationalIds
{
    private static readonly string[] Swedish = ["personnummer", "samordningsnummer", "personnr", "personal identity number"];
    private static readonly string[] Danish = ["cpr", "personnummer"];
    private static readonly string[] Finnish = ["henkilötunnus", "henkilotunnus", "hetu", "personbeteckning"];
    private static readonly string[] Swiss = ["ahv", "avs", "ahv-nr", "nss"];
    private static readonly string[] Czech = ["rodné číslo", "rodne cislo", "rodné čislo", "rodné", "rodneho"];
    private static readonly string[] Polish = ["pesel"];
    private static readonly string[] Croatian = ["oib"];
    private static readonly string[] Dutch = ["bsn", "burgerservicenummer", "sofinummer"];
    private static readonly string[] Brazilian = ["cpf"];
    private static readonly string[] German =
    [
        "steuer-id", "steuer_id", "steuerid", "steuernummer", "idnr", "steueridentifikationsnummer",
        "steuerliche identifikationsnummer",
    ];
    private static readonly string[] American = ["ssn", "social security", "social_security", "socialsecurity"];

    public static IEnumerable<NumberFormat> Formats { get; } =
    [
        .. Of(NationalIdChecks.Norwegian, "ddddddddddd", "dddddd ddddd"),
        .. Of(NationalIdChecks.Belgian, "ddddddddddd", "dd.dd.dd-ddd.dd", "dd.dd.dd ddd dd"),
        .. Of(NationalIdChecks.SwedishAndNoTime, "dddddd-dddd", "dddddd+dddd", "dddddddd-dddd", "dddddddddddd")
            .Select(WithoutCentury),
        .. Of(NationalIdChecks.DanishAndNoTime, "dddddd-dddd"),
        .. Of(NationalIdChecks.FinnishAndNoTime, "dddddd-dddX", "dddddd+dddX", "ddddddLdddX"),
        .. Named(Finnish, NationalIdChecks.Finnish, "dddddd-dddX"),
        .. Of(NationalIdChecks.Czech, "dddddd/dddd"),
        .. Of(NationalIdChecks.Yugoslav, "ddddddddddddd"),
        .. Of(NationalIdChecks.Swiss, "ddddddddddddd", "ddd.dddd.dddd.dd"),
        .. Of(NationalIdChecks.Spanish, "ddddddddL", "dddddddd-L", "LdddddddL"),
        .. Of(NationalIdChecks.Italian, "LLLLLLddLddLdddL"),
        .. Of(NationalIdChecks.French, "ddddddddddddddd", "d dd dd dd ddd ddd dd", "ddddddLdddddddd", "d dd dd dL ddd ddd dd"),
        .. Of(NationalIdChecks.Brazilian, "ddd.ddd.ddd-dd"),
        .. Named(Swedish, NationalIdChecks.Swedish, "dddddd-dddd", "dddddddd-dddd", "dddddddddd", "dddddddddddd", "dddddd dddd")
            .Select(WithoutCentury),
        .. Named(Danish, NationalIdChecks.Danish, "dddddd-dddd", "dddddd dddd", "dddddddddd"),
        .. Named(Polish, NationalIdChecks.Polish, "ddddddddddd"),
        .. Named(Croatian, CheckDigits.Mod11And10, "ddddddddddd"),
        .. Named(Dutch, NationalIdChecks.Dutch, "ddddddddd", "dddd.dd.ddd", "dddd dd ddd"),
        .. Named(Brazilian, NationalIdChecks.Brazilian, "ddddddddddd"),
        .. Named(German, NationalIdChecks.German, "ddddddddddd", "dd ddd ddd ddd"),
        .. Named(American, NationalIdChecks.American, "ddd-dd-dddd"),

        // Any nine digits are one: the word must be near.
        new(RedactionKind.NationalId, "ddddddddd", NationalIdChecks.American, American, Reach: 64),
        .. Named(Swiss, NationalIdChecks.Swiss, "ddd dddd dddd dd"),
        .. Named(Czech, NationalIdChecks.Czech, "dddddd dddd", "dddddddddd"),
    ];

    /// <summary>The century is written or left out, the person is the same.</summary>
    private static NumberFormat WithoutCentury(NumberFormat format) => format with { Telling = 10 };

    private static IEnumerable<NumberFormat> Of(NumberCheck check, params string[] masks) => Named(words: null, check, masks);

    private static IEnumerable<NumberFormat> Named(string[]? words, NumberCheck check, params string[] masks) =>
        masks.Select(mask => new NumberFormat(RedactionKind.NationalId, mask, check, words));
}
