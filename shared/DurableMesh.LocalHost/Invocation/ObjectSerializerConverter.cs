using Azure.Core.Serialization;

using Microsoft.DurableTask;

namespace DurableMesh.LocalHost;

/// <summary>The data of orchestrations and activities go through the worker's serializer, as officially.</summary>
internal sealed class ObjectSerializerConverter(ObjectSerializer serializer) : DataConverter
{
    public override string? Serialize(object? value) =>
        value is null ? null : serializer.Serialize(value, value.GetType(), default).ToString();

    public override object? Deserialize(string? data, Type targetType) =>
        data is null ? null : serializer.Deserialize(new BinaryData(data).ToStream(), targetType, default);
}
