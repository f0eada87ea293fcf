package dev.holdfast.ha.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonKey;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.Course;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.NodeState;
import dev.holdfast.ha.decide.Observation;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Protection;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.decide.Server;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.annotation.EnumNaming;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.module.SimpleModule;

/**
 * The rules' records as JSON and back. A sealed type's variant is named in the field {@code type}
 * ({@code lead}, {@code sync-set}); an LSN is PostgreSQL's text, a node a number, a state {@code
 * wait_primary}, a duration ISO 8601, a missing value {@code null}.
 */
public final class Json {
  /** Everything of which a reader has to be told the variant. */
  private static final List<Class<?>> SEALED =
      List.of(
          Observation.class,
          Order.class,
          Protection.class,
          Course.class,
          Command.class,
          Request.class);

  private static final JsonMapper MAPPER = mapper();

  private Json() {}

  /** One line, UTF-8. */
  public static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** For people: indented. */
  public static String pretty(Object value) {
    return MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
  }

  /**
   * What the bytes say.
   *
   * @throws HoldfastException json-format (99) when it is not JSON, or not of that type: a field is
   *     missing, a value out of its range
   */
  public static <T> T read(byte[] bytes, Class<T> type) {
    return read(bytes, MAPPER.constructType(type));
  }

  /**
   * A list of what the bytes say.
   *
   * @throws HoldfastException json-format (99), as for one value
   */
  public static <T> List<T> readList(byte[] bytes, Class<T> type) {
    return read(bytes, MAPPER.getTypeFactory().constructCollectionType(List.class, type));
  }

  private static <T> T read(byte[] bytes, JavaType type) {
    try {
      T value = MAPPER.readValue(bytes, type);
      if (value == null) {
        throw new HoldfastException(ErrorCode.JSON_FORMAT, "null is no " + name(type));
      }
      return value;
    } catch (JacksonException e) {
      // The text that was read stays out of the message: it may hold a secret.
      throw new HoldfastException(
          ErrorCode.JSON_FORMAT,
          "not a valid " + name(type) + place(e) + ": " + e.getOriginalMessage(),
          e);
    }
  }

  private static String place(JacksonException e) {
    String fields =
        e.getPath().stream()
            .map(JacksonException.Reference::getPropertyName)
            .filter(Objects::nonNull)
            .collect(Collectors.joining("."));
    return fields.isEmpty() ? "" : " in '" + fields + "'";
  }

  private static String name(JavaType type) {
    return type.getRawClass().getSimpleName();
  }

  private static JsonMapper mapper() {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING)
            .disable(EnumFeature.READ_ENUMS_USING_TO_STRING)
            .addMixIn(NodeState.class, LowerCase.class)
            .addMixIn(Server.class, LowerCase.class)
            .addMixIn(Course.Cause.class, LowerCase.class)
            .addMixIn(NodeId.class, NumberedNode.class)
            .addMixIn(Timeline.class, NumberedTimeline.class)
            .addMixIn(Lsn.class, LsnText.class)
            .addModule(
                new SimpleModule("holdfast")
                    .addKeyDeserializer(NodeId.class, new NodeKey())
                    .setDeserializerModifier(new LaterFields()));
    for (Class<?> sealed : SEALED) {
      builder.addMixIn(sealed, Variants.class);
      for (Class<?> variant : sealed.getPermittedSubclasses()) {
        builder.registerSubtypes(new NamedType(variant, variantName(variant)));
      }
    }
    return builder.build();
  }

  /** {@code sync-set} for {@code SyncSet}. */
  private static String variantName(Class<?> variant) {
    return variant.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  private interface Variants {}

  /** {@code wait_primary}, as pg_auto_failover writes it. */
  @EnumNaming(EnumNamingStrategies.SnakeCaseStrategy.class)
  private interface LowerCase {}

  @SuppressWarnings("UnusedVariable")
  private abstract static class NumberedNode {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    NumberedNode(int number) {}

    @JsonValue
    @JsonKey
    abstract int number();
  }

  @SuppressWarnings("UnusedVariable")
  private abstract static class NumberedTimeline {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    NumberedTimeline(long number) {}

    @JsonValue
    abstract long number();
  }

  private abstract static class LsnText {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Lsn parse(String text) {
      return Lsn.parse(text);
    }

    @Override
    @JsonValue
    public abstract String toString();
  }

  private static final class NodeKey extends KeyDeserializer {
    @Override
    public Object deserializeKey(String key, DeserializationContext context) {
      try {
        return new NodeId(Integer.parseInt(key));
      } catch (NumberFormatException e) {
        return context.handleWeirdKey(NodeId.class, key, "a node is a number");
      }
    }
  }
}
