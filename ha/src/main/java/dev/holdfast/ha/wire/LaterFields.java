package dev.holdfast.ha.wire;

import dev.holdfast.ha.decide.Settings;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads settings that were written, or are told, by a version that did not have all of their fields
 * yet: what came later has its default then. Everything else has to be there, as ever.
 */
final class LaterFields extends ValueDeserializerModifier {
  private static final long serialVersionUID = 1L;

  /** The fields that settings did not have from the beginning. */
  private static final Map<String, JsonNode> DEFAULTS =
      Map.of(
          "slotWalKeepSize",
          JsonNodeFactory.instance.numberNode(Settings.DEFAULT.slotWalKeepSize()));

  @Override
  public ValueDeserializer<?> modifyDeserializer(
      DeserializationConfig config,
      BeanDescription.Supplier description,
      ValueDeserializer<?> deserializer) {
    return description.getBeanClass() == Settings.class
        ? new Completed(deserializer)
        : deserializer;
  }

  private static final class Completed extends DelegatingDeserializer {
    Completed(ValueDeserializer<?> delegate) {
      super(delegate);
    }

    @Override
    protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegate) {
      return new Completed(delegate);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context) {
      JsonNode read = context.readTree(parser);
      if (read instanceof ObjectNode settings) {
        DEFAULTS.forEach((name, value) -> {
          if (!settings.has(name)) {
            settings.set(name, value);
          }
        });
      }
      try (JsonParser completed = context.treeAsTokens(read)) {
        completed.nextToken();
        return super.deserialize(completed, context);
      }
    }
  }
}
