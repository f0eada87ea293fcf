package dev.holdfast.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Understands names of options: {@code repo2-path}, {@code no-delta}, {@code reset-repo1-host}, and
 * the names of old ({@code db-path}, {@code retention-full}).
 */
final class OptionNames {
  private static final int LONGEST = 64;

  private final OptionRegistry registry;

  OptionNames(OptionRegistry registry) {
    this.registry = registry;
  }

  /**
   * The option that is meant.
   *
   * @param abbreviated whether the beginning of a name is enough if only one name begins so
   * @param numbered whether an indexed option needs its number; without it, 1 is taken
   * @throws UnknownOptionException if nothing, or nothing in this form, is meant
   */
  OptionReference find(String written, boolean abbreviated, boolean numbered) {
    boolean negated = written.startsWith("no-");
    boolean reset = !negated && written.startsWith("reset-");
    String plain = negated ? written.substring(3) : reset ? written.substring(6) : written;
    int dash = plain.indexOf('-');
    int digits = dash;
    while (digits > 0 && digit(plain.charAt(digits - 1))) {
      digits--;
    }
    if (written.length() > LONGEST || dash == 0 || (dash > 0 && digits == 0)) {
      throw unknown(written);
    }
    boolean indexed = digits < dash;
    int key = indexed ? key(written, plain.substring(digits, dash)) : 1;
    String name = indexed ? plain.substring(0, digits) + plain.substring(dash) : plain;

    OptionDefinition option = registry.optionOrNull(name);
    if (option == null && abbreviated) {
      option = onlyOneThatBegins(name);
    }
    if (option == null) {
      option = formerly(name, indexed);
      if (option == null) {
        throw unknown(written);
      }
    } else if (indexed && option.group() == null) {
      throw new UnknownOptionException(option, "option '" + written + "' takes no number");
    } else if (!indexed && numbered && option.group() != null && !unnumbered(option, name)) {
      throw new UnknownOptionException(
          option,
          "option '" + written + "' needs a number",
          "Write '" + (negated ? "no-" : reset ? "reset-" : "") + option.name(1) + "'.");
    }
    if (negated && !option.negatable()) {
      throw new UnknownOptionException(
          option, "option '" + option.name(key) + "' cannot be negated");
    }
    if (reset && !option.resettable()) {
      throw new UnknownOptionException(option, "option '" + option.name(key) + "' cannot be reset");
    }
    return new OptionReference(option, option.group() == null ? 0 : key, negated, reset);
  }

  /** Whether the name can be repeated in a message: it looks like one, not like a passphrase. */
  static boolean printable(String written) {
    if (written.isEmpty() || written.length() > LONGEST) {
      return false;
    }
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      if (!(c >= 'a' && c <= 'z') && !digit(c) && c != '-' && c != '_') {
        return false;
      }
    }
    return true;
  }

  private UnknownOptionException unknown(String written) {
    if (!printable(written)) {
      return new UnknownOptionException(
          null, "there is an option whose name is not made of small letters, digits and hyphens");
    }
    String nearest = nearest(written);
    String message = "there is no option '" + written + "'";
    return nearest == null
        ? new UnknownOptionException(null, message)
        : new UnknownOptionException(null, message, "Did you mean '" + nearest + "'?");
  }

  private @Nullable String nearest(String written) {
    String number = "1";
    for (int i = 0; i < written.length(); i++) {
      if (digit(written.charAt(i))) {
        int end = i;
        while (end < written.length() && digit(written.charAt(end))) {
          end++;
        }
        number = written.substring(i, end);
        break;
      }
    }
    List<String> names = new ArrayList<>();
    for (OptionDefinition option : registry.options()) {
      String group = option.group();
      names.add(
          group == null ? option.name() : group + number + option.name().substring(group.length()));
    }
    return NearestName.of(written, names);
  }

  private static int key(String written, String digits) {
    int key = digits.length() > 4 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    if (key < 1 || key > OptionDefinition.HIGHEST_KEY) {
      throw new UnknownOptionException(
          null,
          (printable(written) ? "option '" + written + "'" : "an option")
              + " has a number that is not between 1 and "
              + OptionDefinition.HIGHEST_KEY);
    }
    return key;
  }

  private @Nullable OptionDefinition onlyOneThatBegins(String beginning) {
    OptionDefinition found = null;
    for (OptionDefinition option : registry.options()) {
      if (option.name().startsWith(beginning)) {
        if (found != null) {
          return null;
        }
        found = option;
      }
    }
    return found;
  }

  /** The option that was called so in former versions. */
  private @Nullable OptionDefinition formerly(String name, boolean indexed) {
    for (OptionDefinition option : registry.options()) {
      for (String former : option.deprecatedNames()) {
        int mark = former.indexOf('?');
        if (mark < 0 ? !indexed && former.equals(name) : indexed && matches(former, mark, name)) {
          return option;
        }
      }
    }
    return null;
  }

  private static boolean matches(String former, int mark, String name) {
    return name.length() == former.length() - 1
        && name.startsWith(former.substring(0, mark))
        && name.endsWith(former.substring(mark + 1));
  }

  /** Whether the option was once written without a number, and so still may be. */
  private static boolean unnumbered(OptionDefinition option, String name) {
    return option.deprecatedNames().contains(name);
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }
}
