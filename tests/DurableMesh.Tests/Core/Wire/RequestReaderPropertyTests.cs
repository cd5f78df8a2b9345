using System.Text;
using CsCheck;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Wire;

public sealed class RequestReaderPropertyTests
{
    private const string Seed =
        """{"messageId":"a","from":"b","kind":"verdict","verdict":"pass","checks":[{"id":"c","status":"pass"}],"inReplyTo":1}""";

    private static readonly Gen<byte[]> Mutations =
        Gen.Select(Gen.Int[0, Seed.Length - 1], Gen.Byte).Array[1, 6].Select(changes =>
        {
            var bytes = Encoding.UTF8.GetBytes(Seed);
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            return bytes;
        });

    [Fact]
    public void No_bytes_make_the_reader_throw() =>
        Gen.OneOf(Gen.Byte.Array[0, 60], Mutations).Sample(
            bytes =>
            {
                Check(RequestReader.ReadSendMessage(bytes));
                Check(RequestReader.ReadStartThread(bytes));
                Check(RequestReader.ReadCancel(bytes));
            },
            iter: 3000);

    private static void Check<T>(ReadResult<T> result)
        where T : class => Assert.Equal(result.Ok, result.Errors.Count == 0);
}
