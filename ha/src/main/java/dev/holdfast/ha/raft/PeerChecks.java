package dev.holdfast.ha.raft;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.Credentials;
import dev.holdfast.ha.tls.NodeCertificate;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Looks again at the certificate of who calls, at each message: connections last for months, and a
 * certificate that has ended meanwhile, or whose CA is believed no more, ends what goes over them.
 */
final class PeerChecks implements ServerInterceptor {
  private static final String BELIEVED = "holdfast.believed";

  private final WatchedCredentials watched;

  PeerChecks(WatchedCredentials watched) {
    this.watched = watched;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Guarded<Q, A> guarded = new Guarded<>(call);
    return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
        next.startCall(guarded, headers)) {
      @Override
      public void onMessage(Q message) {
        if (guarded.admits()) {
          super.onMessage(message);
        }
      }
    };
  }

  /** A call that may be ended here; what is answered after that goes nowhere. */
  private final class Guarded<Q, A> extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {
    private final @Nullable SSLSession session;
    private final String from;
    private volatile boolean ended;

    Guarded(ServerCall<Q, A> call) {
      super(call);
      this.session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
      this.from = String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    }

    boolean admits() {
      if (ended) {
        return false;
      }
      try {
        check(session);
        return true;
      } catch (HoldfastException e) {
        watched.refused(
            "monitor at " + from,
            new HoldfastException(
                e.code(), "between monitors, from " + from + ": " + e.getMessage(), e));
        ended = true;
        super.close(Status.UNAUTHENTICATED.withDescription(e.getMessage()), new Metadata());
        return false;
      }
    }

    @Override
    public void sendMessage(A message) {
      if (!ended) {
        super.sendMessage(message);
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!ended) {
        super.close(status, trailers);
      }
    }
  }

  private void check(@Nullable SSLSession session) {
    if (session == null) {
      throw new HoldfastException(ErrorCode.ACCESS, "who calls speaks no TLS");
    }
    Credentials current = watched.current();
    X509Certificate[] chain = chain(session);
    if (session.getValue(BELIEVED) == current) {
      new NodeCertificate(chain[0]).checkDates("the client's", watched.now());
    } else {
      current.checkPeer(chain, watched.now());
      session.putValue(BELIEVED, current);
    }
  }

  private static X509Certificate[] chain(SSLSession session) {
    try {
      Certificate[] shown = session.getPeerCertificates();
      return Arrays.copyOf(shown, shown.length, X509Certificate[].class);
    } catch (SSLPeerUnverifiedException e) {
      throw new HoldfastException(ErrorCode.ACCESS, "who calls shows no certificate", e);
    }
  }
}
