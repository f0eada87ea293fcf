package dev.holdfast.cli.demo;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.session.UnixSocketFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** SQL on one of the demonstration's clusters; a connection for each call. */
final class ShopDatabase {
  private final ClusterPlace place;
  private final String database;

  ShopDatabase(ClusterPlace place, String database) {
    this.place = place;
    this.database = database;
  }

  /**
   * Runs SQL, several statements separated by semicolons.
   *
   * @return the first column of the last statement's first row; empty without a row
   * @throws HoldfastException DB_QUERY
   */
  String sql(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      boolean rows = statement.execute(sql);
      String last = "";
      while (rows || statement.getUpdateCount() >= 0) {
        if (rows) {
          ResultSet result = statement.getResultSet();
          last = result.next() ? String.valueOf(result.getString(1)) : "";
        }
        rows = statement.getMoreResults();
      }
      return last;
    } catch (SQLException e) {
      throw new HoldfastException(ErrorCode.DB_QUERY, String.valueOf(e.getMessage()), e);
    }
  }

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", LocalCluster.SUPERUSER);
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
    properties.setProperty(
        "socketFactoryArg", place.sockets().resolve(".s.PGSQL." + place.port()).toString());
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:" + place.port() + "/" + database, properties);
  }
}
