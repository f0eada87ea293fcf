package dev.holdfast.ha.raft;

import dev.holdfast.ha.tls.Credentials;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.codec.http2.Http2SecurityUtil;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.ApplicationProtocolConfig;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.ApplicationProtocolNames;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.ClientAuth;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.JdkSslContext;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SupportedCipherSuiteFilter;
import org.jspecify.annotations.Nullable;

/**
 * Ratis's gRPC over TLS in which both ends show a monitor's certificate. Ratis by itself makes its
 * contexts once, when it starts, of keys and trust that it is given; sessions of before are resumed
 * in these for a day, whatever became of the certificates meanwhile. So the contexts are made here,
 * of one of the JDK's that follows the files: a connection that begins after they have changed has
 * the new certificate, and is checked anew.
 */
final class SecureTransport implements RpcType {
  private static final String USE = SecureTransport.class.getName() + ".use";

  /** What a server is made with, and where its connections are once it is made. */
  static final class Use {
    private final WatchedCredentials credentials;
    private volatile @Nullable GrpcServicesImpl services;

    private Use(WatchedCredentials credentials) {
      this.credentials = credentials;
    }

    /** Of a server that has started. */
    Reconnection reconnection(RaftServer.Division division) {
      return new Reconnection(Objects.requireNonNull(services).getProxies(), division, credentials);
    }
  }

  /** Ratis makes one by its class's name. */
  SecureTransport() {}

  /** Has a server that is made with these talk like that. */
  static Use use(WatchedCredentials credentials, RaftProperties properties, Parameters parameters) {
    RaftConfigKeys.Rpc.setType(properties, new SecureTransport());
    Use use = new Use(credentials);
    parameters.put(USE, use, Use.class);
    return use;
  }

  @Override
  public String name() {
    return SecureTransport.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new Factory(parameters);
  }

  private static final class Factory extends GrpcFactory {
    private final Use use;

    Factory(Parameters parameters) {
      super(parameters);
      this.use = parameters.getNonNull(USE, Use.class);
    }

    @Override
    public GrpcServices newRaftServerRpc(RaftServer server) {
      SSLContext context = use.credentials.amongMonitors();
      GrpcServicesImpl services =
          GrpcServicesImpl.newBuilder()
              .setServer(server)
              .setCustomizer(this::checked)
              .setServerSslContextForServer(netty(context, false))
              .setServerSslContextForClient(netty(context, true))
              .build();
      use.services = services;
      return services;
    }

    private NettyServerBuilder checked(
        NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
      return builder.intercept(new PeerChecks(use.credentials));
    }

    private static SslContext netty(SSLContext context, boolean client) {
      return new JdkSslContext(
          context,
          client,
          Http2SecurityUtil.CIPHERS,
          SupportedCipherSuiteFilter.INSTANCE,
          new ApplicationProtocolConfig(
              ApplicationProtocolConfig.Protocol.ALPN,
              ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
              ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
              List.of(ApplicationProtocolNames.HTTP_2)),
          ClientAuth.REQUIRE,
          Credentials.protocols(),
          false);
    }
  }
}
