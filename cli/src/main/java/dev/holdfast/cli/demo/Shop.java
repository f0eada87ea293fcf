package dev.holdfast.cli.demo;

import java.text.NumberFormat;
import java.util.Locale;

/** The shop whose orders get lost: its tables, its business, and what it holds. */
final class Shop {
  static final String DATABASE = "shop";
  private static final int CUSTOMERS = 20_000;
  private static final int ORDERS = 200_000;

  private static final String TABLES =
      """
      create table customers (
        id int generated always as identity primary key,
        name text not null, email text not null unique, city text not null,
        since date not null);
      create table products (
        id int generated always as identity primary key,
        title text not null, price numeric(8,2) not null);
      create table orders (
        id bigint generated always as identity primary key,
        customer int not null references customers, placed timestamptz not null,
        status text not null, total numeric(10,2) not null, note text);
      create index on orders (customer);
      create index on orders (placed);
      """;

  private static final String CUSTOMERS_AND_PRODUCTS =
      """
      select setseed(0.42);
      insert into customers (name, email, city, since)
      select f || ' ' || l, lower(f) || '.' || lower(l) || i || '@example.com', c,
             date '2019-01-01' + (random() * 2500)::int
      from (select i,
          (array['Ada','Grace','Alan','Edsger','Barbara','Donald','Radia','Ken','Margaret','Linus',
                 'Frances','Tony','Hedy','Dennis','Karen','Niklaus'])[1 + (random() * 15)::int] f,
          (array['Meyer','Okafor','Tanaka','Silva','Novak','Haddad','Larsen','Rossi','Dubois',
                 'Kowalski','Nguyen','Smith','Garcia','Ivanova','Yilmaz','Jansen'])
            [1 + (random() * 15)::int] l,
          (array['Lisbon','Oslo','Nairobi','Kyoto','Lyon','Gdansk','Turin','Porto','Ghent','Cork'])
            [1 + (random() * 9)::int] c
        from generate_series(1, %d) i) people;
      insert into products (title, price)
      select a || ' ' || n, (3 + random() * 200)::numeric(8,2)
      from unnest(array['Oak','Linen','Copper','Slate','Walnut','Ceramic','Woollen','Glass']) a,
           unnest(array['lamp','chair','kettle','table','vase','blanket','clock','bowl']) n;
      """;

  private static final String SELL =
      """
      insert into orders (customer, placed, status, total, note)
      select 1 + (random() * (select max(id) - 1 from customers))::int,
             now() - random() * interval '%d days',
             (array['paid','paid','paid','shipped','open'])[1 + (random() * 4)::int],
             (5 + random() * 400)::numeric(10,2),
             p.title || ', ' || (1 + random() * 3)::int || ' pcs. '
               || case when random() < 0.2 then 'Ring the bell ' || md5(random()::text) else '' end
      from generate_series(1, %d) i
      join products p on p.id = 1 + i %% 64
      """;

  private static final String DIGEST =
      """
      select count(*) || '|' || to_char(sum(total), 'FM999,999,999,990.00') || '|'
        || left(md5(string_agg(id || ':' || customer || ':' || total || ':' || coalesce(note, ''),
                               ',' order by id)), 8)
      from orders
      """;

  private final ShopDatabase database;

  Shop(ShopDatabase database) {
    this.database = database;
  }

  /**
   * What the orders are, to be compared.
   *
   * @param count how many
   * @param turnover their totals' sum
   * @param digest of all their content
   */
  record Orders(long count, String turnover, String digest) {
    /** As shown: {@code 255,000 orders}. */
    String counted() {
      return number(count) + " orders";
    }
  }

  /** Creates the tables and fills them; what there is then. */
  String open() {
    database.sql(TABLES);
    database.sql(CUSTOMERS_AND_PRODUCTS.formatted(CUSTOMERS));
    database.sql(SELL.formatted(700, ORDERS));
    database.sql("analyze");
    return number(CUSTOMERS) + " customers, " + number(ORDERS) + " orders";
  }

  /** Takes orders. */
  void sell(int orders) {
    database.sql(SELL.formatted(1, orders));
  }

  /** Raises prices and ships what is open. */
  void changePrices() {
    database.sql("update products set price = round(price * 1.05, 2) where id % 3 = 0");
    database.sql("update orders set status = 'shipped' where status = 'open' and id % 20 = 0");
  }

  /** New customers, after the accident. */
  void register(int customers) {
    database.sql(
        """
        insert into customers (name, email, city, since)
        select 'New customer ' || i, 'new' || i || '@example.com', 'Lisbon', current_date
        from generate_series(1, %d) i
        """
            .formatted(customers));
  }

  /** What the orders are now. */
  Orders orders() {
    String[] parts = database.sql(DIGEST).split("\\|");
    return new Orders(Long.parseLong(parts[0]), parts[1], parts[2]);
  }

  /** Whether there is a table of orders. */
  boolean hasOrders() {
    return database.sql("select to_regclass('orders') is not null").equals("t");
  }

  /** With separators: {@code 255,000}. */
  static String number(long number) {
    return NumberFormat.getIntegerInstance(Locale.ROOT).format(number);
  }
}
