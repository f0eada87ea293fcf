package dev.holdfast.cli.cluster;

import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.OsUser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hosts on one: a bridge, and for each of some names a network namespace with an address of its own
 * and a link to the bridge, which can be taken down. The tests themselves are on the bridge.
 */
final class NetworkNamespaces implements MonitorSite.Hosts, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int NUMBERS = 250;

  /** Names are given free some time after what had them. */
  private static final AtomicInteger MADE = new AtomicInteger();

  private final String tag = "hf" + ProcessHandle.current().pid() + "." + MADE.incrementAndGet();
  private final String net =
      "10.214." + (1 + Math.floorMod(ProcessHandle.current().pid(), NUMBERS));
  private final List<String> names;

  /** Whether they can be made here. */
  static boolean available() {
    if (!OsUser.isRoot()) {
      return false;
    }
    String probe = "hf" + ProcessHandle.current().pid() + "p";
    return run("netns", "add", probe).succeeded() && run("netns", "del", probe).succeeded();
  }

  /** All links are up. */
  NetworkNamespaces(String... names) {
    this.names = List.of(names);
    try {
      ip("link", "add", tag, "type", "bridge");
      ip("address", "add", net + ".254/24", "dev", tag);
      ip("link", "set", tag, "up");
      for (String name : names) {
        String host = host(name);
        ip("netns", "add", host);
        ip("link", "add", host, "type", "veth", "peer", "name", "eth0", "netns", host);
        ip("link", "set", host, "master", tag, "up");
        ip("-n", host, "link", "set", "lo", "up");
        ip("-n", host, "address", "add", address(name) + "/24", "dev", "eth0");
        ip("-n", host, "link", "set", "eth0", "up");
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private String host(String name) {
    return tag + "-" + name;
  }

  @Override
  public String address(String name) {
    return net + "." + (1 + names.indexOf(name));
  }

  @Override
  public List<String> inside(String name) {
    return List.of("ip", "netns", "exec", host(name));
  }

  /** What a program says where a monitor is. */
  String said(String name, String... command) {
    List<String> all = new ArrayList<>(inside(name));
    all.addAll(List.of(command));
    return ExternalProgram.run(all, Map.of(), PATIENCE).orThrow("run " + all).out();
  }

  /** Plugs its cable in, or pulls it. */
  void link(String name, boolean up) {
    ip("link", "set", host(name), up ? "up" : "down");
  }

  /** Those that are told so do not hear each other any more, but everybody else. */
  void isolated(String name, boolean from) {
    ip("link", "set", "dev", host(name), "type", "bridge_slave", "isolated", from ? "on" : "off");
  }

  /** What one sends to another is lost from now on, or arrives; the other way it arrives. */
  void lost(String from, String to, boolean all) {
    ip("-n", host(from), "route", all ? "add" : "del", "blackhole", address(to) + "/32");
  }

  private static void ip(String... words) {
    run(words).orThrow("run ip " + String.join(" ", words));
  }

  private static ExternalProgram.Result run(String... words) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    return ExternalProgram.run(command, Map.of(), PATIENCE);
  }

  /** Whoever still runs there has to be ended before. */
  @Override
  public void close() {
    names.forEach(name -> run("netns", "del", host(name)));
    run("link", "del", tag);
  }
}
