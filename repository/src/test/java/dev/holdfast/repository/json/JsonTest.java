package dev.holdfast.repository.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Property
  void readsEveryStringThatItWrites(@ForAll String text) {
    // An unpaired surrogate has no UTF-8 and so no place in a repository.
    String storable =
        new String(
            text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            java.nio.charset.StandardCharsets.UTF_8);
    String json = new JsonWriter().string(storable).toString();
    assertThat(JsonReader.of(json).readString()).isEqualTo(storable);
    assertThat(JsonReader.of(json).isValid()).isTrue();
  }

  @Property
  void readsEveryNumberThatItWrites(@ForAll long number) {
    assertThat(JsonReader.of(new JsonWriter().number(number).toString()).readLong())
        .isEqualTo(number);
    assertThat(JsonReader.of(new JsonWriter().unsigned(number).toString()).readUnsigned())
        .isEqualTo(number);
  }

  @Property
  void readsEveryMapThatItWrites(@ForAll Map<@AlphaChars String, @AlphaChars String> map) {
    String json = new JsonWriter().stringMap(map).toString();
    assertThat(JsonReader.of(json).readStringMap()).isEqualTo(new TreeMap<>(map));
    assertThat(JsonReader.of("[1," + json + ",null]").isValid()).isTrue();
  }

  @Test
  void escapesWhatPgBackRestEscapesAndNothingElse() {
    assertThat(new JsonWriter().string("\"\\/\n\r\t\b\f\u0001ü").toString())
        .isEqualTo("\"\\\"\\\\/\\n\\r\\t\\b\\f\u0001ü\"");
    assertThat(JsonReader.of("\"\\/\\u0041\"").readString()).isEqualTo("/A");
  }

  @Test
  void readsNestedValuesAndKeepsRawText() {
    JsonReader json =
        JsonReader.of(" { \"a\" : [ true , false , null ] ,\"b\":{\"c\":[]},\"d\":-5}");
    json.beginObject();
    assertThat(json.nextKey()).isEqualTo("a");
    json.beginArray();
    assertThat(json.hasNext()).isTrue();
    assertThat(json.readBoolean()).isTrue();
    assertThat(json.hasNext()).isTrue();
    assertThat(json.readBoolean()).isFalse();
    assertThat(json.hasNext()).isTrue();
    assertThat(json.readNull()).isTrue();
    assertThat(json.hasNext()).isFalse();
    assertThat(json.nextKey()).isEqualTo("b");
    assertThat(json.readRaw()).isEqualTo("{\"c\":[]}");
    assertThat(json.nextKey()).isEqualTo("d");
    assertThat(json.readLong()).isEqualTo(-5);
    assertThat(json.nextKey()).isNull();
    json.expectEnd();
  }

  @Test
  void readsHashesAndListsThatItWrites() {
    Sha1Hash hash = Sha1Hash.parse("fedcba98765432100123456789abcdef00ff00ff");
    assertThat(JsonReader.of(new JsonWriter().sha1(hash).toString()).readSha1()).isEqualTo(hash);
    assertThat(JsonReader.of("[\"x\",\"y\"]").readStrings()).isEqualTo(List.of("x", "y"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "{", "[", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\\n\":1x",
        "tru", "nul", "01x", "1 2", "\"", "\"\\", "\"\\u00\"", "\"\\u1234\"", "\"\\x\"", "1.5",
        "18446744073709551616", "-9223372036854775809", "-", "[1 2]", "]", "\u0000"
      })
  void refusesWhatIsNotJson(String text) {
    assertThat(JsonReader.of(text).isValid()).isFalse();
    assertThatThrownBy(
            () -> {
              JsonReader json = JsonReader.of(text);
              json.skip();
              json.expectEnd();
            })
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.JSON_FORMAT));
  }

  @Test
  void refusesNestingThatWouldExhaustTheStack() {
    assertThat(JsonReader.of("[".repeat(1_000_000)).isValid()).isFalse();
  }

  @Test
  void refusesTextThatIsNotUtf8() {
    byte[] latin1 = {'"', (byte) 0xE4, '"'};
    assertThatThrownBy(() -> new JsonReader(latin1, 0, 3).readString())
        .isInstanceOf(HoldfastException.class);
  }

  @Test
  void refusesToWriteKeysOutOfOrderOrWithEscapes() {
    assertThatThrownBy(() -> new JsonWriter().beginObject().key("b").number(1).key("a"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new JsonWriter().beginObject().key("a\"b"))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PARAM_INVALID));
  }
}
