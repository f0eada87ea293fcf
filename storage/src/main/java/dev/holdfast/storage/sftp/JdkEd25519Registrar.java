package dev.holdfast.storage.sftp;

import java.security.Provider;
import java.security.Security;
import java.util.Optional;
import org.apache.sshd.common.util.security.AbstractSecurityProviderRegistrar;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.common.util.security.eddsa.generic.EdDSASupport;

/** Offers {@link JdkEd25519} under the name by which the SSH library looks for such support. */
final class JdkEd25519Registrar extends AbstractSecurityProviderRegistrar {
  JdkEd25519Registrar() {
    super(SecurityUtils.EDDSA);
  }

  @Override
  public boolean isSupported() {
    return true;
  }

  /** The provider that the JDK would choose anyway, named so that none is added. */
  @Override
  public Provider getSecurityProvider() {
    return Security.getProvider("SunEC");
  }

  @Override
  public boolean isNamedProviderUsed() {
    return true;
  }

  @Override
  public Optional<EdDSASupport<?, ?>> getEdDSASupport() {
    return Optional.of(new JdkEd25519());
  }
}
