# SPDX-License-Identifier: MIT
"""The rows of the data sets tpch and hr: the same on every machine, from a small generator of
pseudo-random numbers of our own (Python's may change).

    python3 make_data.py FOLDER     writes FOLDER/<set>/<table>.csv
"""

import csv
import datetime
import pathlib
import sys


class Dice:
    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def one_of(self, things):
        return things[self.below(len(things))]

    def chance(self, percent):
        return self.below(100) < percent


def cents(n):
    sign, n = ("-" if n < 0 else ""), abs(n)
    return f"{sign}{n // 100}.{n % 100:02d}"


def day(start, offset):
    return start + datetime.timedelta(days=offset)


COLOURS = ("almond antique aquamarine azure beige blue chocolate coral cream forest green honeydew "
           "indian ivory lavender lemon linen magenta navy olive pink red rose salmon").split()
NATIONS = [("ALGERIA", 0), ("ARGENTINA", 1), ("BRAZIL", 1), ("CANADA", 1), ("EGYPT", 4),
           ("ETHIOPIA", 0), ("FRANCE", 3), ("GERMANY", 3), ("INDIA", 2), ("INDONESIA", 2),
           ("IRAN", 4), ("IRAQ", 4), ("JAPAN", 2), ("JORDAN", 4), ("KENYA", 0), ("MOROCCO", 0),
           ("MOZAMBIQUE", 0), ("PERU", 1), ("CHINA", 2), ("ROMANIA", 3), ("SAUDI ARABIA", 4),
           ("VIETNAM", 2), ("RUSSIA", 3), ("UNITED KINGDOM", 3), ("UNITED STATES", 1)]
WORDS = ("carefully final deposits sleep quickly ironic requests special packages pending accounts "
         "furiously regular theodolites bold foxes").split()


def tpch():
    d = Dice(42)

    def words(n):
        return " ".join(d.one_of(WORDS) for _ in range(n))

    yield "region", "r_regionkey r_name r_comment", [
        (i, n, words(4)) for i, n in enumerate(["AFRICA", "AMERICA", "ASIA", "EUROPE",
                                                "MIDDLE EAST"])]
    yield "nation", "n_nationkey n_name n_regionkey n_comment", [
        (i, n, r, words(4)) for i, (n, r) in enumerate(NATIONS)]
    yield "supplier", "s_suppkey s_name s_address s_nationkey s_phone s_acctbal s_comment", [
        (i, f"Supplier#{i:09d}", words(2), (nation := (i * 7) % 25),
         f"{nation + 10}-{d.between(100, 999)}-{d.between(1000, 9999)}",
         cents(d.between(-99999, 999999)),
         words(3) + (" Customer slow Complaints" if i % 17 == 0 else ""))
        for i in range(1, 61)]
    types = [(a, b, c) for a in ("STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO")
             for b in ("ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED")
             for c in ("TIN", "NICKEL", "BRASS", "STEEL", "COPPER")]
    price = {i: 90000 + (i // 10) % 20001 + 100 * (i % 1000) for i in range(1, 201)}
    parts = []
    for i in range(1, 201):
        m = d.between(1, 5)
        parts.append((i, " ".join(d.one_of(COLOURS) for _ in range(3)), f"Manufacturer#{m}",
                      f"Brand#{m}{d.between(1, 3)}", " ".join(types[(i * 7) % 150]),
                      d.between(1, 50),
                      d.one_of(["SM", "MED", "LG", "JUMBO"]) + " " +
                      d.one_of(["CASE", "BOX", "PKG", "BAG", "PACK"]), cents(price[i]), words(2)[:23]))
    yield ("part", "p_partkey p_name p_mfgr p_brand p_type p_size p_container p_retailprice "
           "p_comment", parts)
    offers = {i: [(i + k * 15 + i // 60) % 60 + 1 for k in range(4)] for i in range(1, 201)}
    yield "partsupp", "ps_partkey ps_suppkey ps_availqty ps_supplycost ps_comment", [
        (i, s, d.between(1, 9999), cents(d.between(100, 100000)), words(5))
        for i in offers for s in offers[i]]
    yield "customer", ("c_custkey c_name c_address c_nationkey c_phone c_acctbal c_mktsegment "
                       "c_comment"), [
        (i, f"Customer#{i:09d}", words(2), (nation := d.below(25)),
         f"{nation + 10}-{d.between(100, 999)}-{d.between(1000, 9999)}",
         cents(d.between(-99999, 999999)),
         d.one_of(["AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"]), words(6))
        for i in range(1, 151)]
    first, orders, lines = datetime.date(1992, 1, 1), [], []
    for i in range(1, 1501):
        key, ordered, total, states = (i // 8) * 32 + i % 8, day(first, d.below(2400)), 0, set()
        for number in range(1, d.between(1, 7) + 1):
            part = d.between(1, 200)
            quantity = d.between(1, 50)
            extended = quantity * price[part]
            discount, tax = d.below(11), d.below(9)
            shipped = day(ordered, d.between(1, 121))
            received = day(shipped, d.between(1, 30))
            done = shipped < datetime.date(1995, 6, 17)
            flag = (d.one_of("AR") if received < datetime.date(1995, 6, 17) else "N")
            total += extended * (100 - discount) * (100 + tax) // 10000
            states.add("F" if done else "O")
            lines.append((key, part, d.one_of(offers[part]), number, f"{quantity}.00",
                          cents(extended), cents(discount), cents(tax), flag,
                          "F" if done else "O", shipped, day(ordered, d.between(30, 90)), received,
                          d.one_of(["DELIVER IN PERSON", "COLLECT COD", "NONE",
                                    "TAKE BACK RETURN"]),
                          d.one_of(["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"]),
                          words(3)))
        customer = d.between(1, 150)
        orders.append((key, customer - 1 if customer % 3 == 0 else customer,
                       states.pop() if len(states) == 1 else "P", cents(total), ordered,
                       d.one_of(["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"]),
                       f"Clerk#{d.between(1, 20):09d}", 0, words(6)[:79]))
    yield ("orders", "o_orderkey o_custkey o_orderstatus o_totalprice o_orderdate o_orderpriority "
           "o_clerk o_shippriority o_comment", orders)
    yield ("lineitem", "l_orderkey l_partkey l_suppkey l_linenumber l_quantity l_extendedprice "
           "l_discount l_tax l_returnflag l_linestatus l_shipdate l_commitdate l_receiptdate "
           "l_shipinstruct l_shipmode l_comment", lines)


FIRST = ("Ann Bob Cid Dora Émile Frank Gül Hans Ina José Kim Léa Mia Noah Olga Per Quin Ruth Sven "
         "Tina Uwe Vera Will Xena Yves Zoë").split()
LAST = ("Adams Baker Clark Davis Évans Frank Ghosh Hill Ivanov Jones King Lopez Müller Nguyen "
        "O'Neil Park Quist Roy Smith Turner").split()


def hr():
    d = Dice(7)
    yield "departments", "dept_id name parent_id location budget", [
        (1, "Board", None, "Berlin", "5000000.00"), (10, "Engineering", 1, "Berlin", "2500000.50"),
        (11, "Platform", 10, "Paris", "900000.00"), (12, "Product", 10, "Berlin", None),
        (20, "Sales", 1, "London", "1200000.00"), (21, "Sales EMEA", 20, "Paris", "600000.00"),
        (22, "Sales APAC", 20, None, "600000.00"), (30, "Finance", 1, "London", "400000.00"),
        (40, "Research", 1, "Zürich", "0.00"), (50, "Empty", None, None, None)]
    jobs = [("CEO", "Chief", 200, 400), ("DEV", "Developer", 45, 120), ("SRE", "Reliability", 50, 130),
            ("PM", "Product Manager", 60, 140), ("REP", "Sales Rep", 30, 90),
            ("ACC", "Accountant", 40, 80), ("SCI", "Scientist", None, None)]
    yield "jobs", "job_id title min_salary max_salary", [
        (j, t, low and cents(low * 100000), high and cents(high * 100000))
        for j, t, low, high in jobs] + [("INT", "Intern", "0.00", "20000.00")]
    people, pay, hired = [], [], {}
    for i in range(1, 121):
        hired[i] = day(datetime.date(2010, 1, 1), d.below(4300))
        job = "CEO" if i == 1 else d.one_of(["DEV", "DEV", "SRE", "PM", "REP", "REP", "ACC", "SCI"])
        salary = 30000000 if i == 1 else d.between(30, 130) * 100000 + d.one_of([0, 0, 50])
        first, last = d.one_of(FIRST), d.one_of(LAST)
        people.append((i, first, last,
                       None if d.chance(10) else f"{first}.{last}@example.com".lower(),
                       None if i == 1 or d.chance(5) else d.between(1, max(1, min(i - 1, 15))),
                       None if d.chance(8) else d.one_of([10, 11, 12, 20, 21, 22, 30, 40]), job,
                       hired[i], None if d.chance(10) else day(datetime.date(1955, 1, 1),
                                                               d.below(15000)),
                       cents(salary), cents(d.between(1, 30)) if job == "REP" else None,
                       d.one_of(["t", "t", "t", "f", None]),
                       None if d.chance(15) else d.between(0, 20) / 4))
        start, amount = hired[i], salary * 7 // 10
        steps = d.between(1, 5)
        for k in range(steps):
            end = day(start, d.between(200, 700))
            pay.append((i, start, None if k == steps - 1 else end, cents(amount)))
            start, amount = end, amount + d.between(-1, 9) * 10000
    yield ("employees", "emp_id first_name last_name email manager_id dept_id job_id hired_on "
           "birth_date salary commission_pct is_active rating", people)
    yield "salaries", "emp_id from_date to_date amount", pay
    projects = []
    for i in range(1, 26):
        starts = day(datetime.date(2019, 1, 1), d.below(1500))
        projects.append((i * 1000000007, f"Project {chr(64 + i)}", None if d.chance(12) else
                         d.one_of([10, 11, 12, 20, 21, 40]), starts,
                         None if d.chance(40) else day(starts, d.between(10, 900)),
                         None if d.chance(15) else cents(d.between(1, 90) * 1000000),
                         d.one_of(["web,mobile", "data", "", None, "100%_sure", "Web"])))
    yield "projects", "project_id name dept_id starts ends budget tags", projects
    yield "assignments", "emp_id project_id role hours", [
        (e, p, d.one_of(["lead", "dev", "test", "design"]), None if d.chance(15) else
         d.between(1, 400)) for e in range(1, 121)
        for p in sorted({d.between(1, 24) * 1000000007 for _ in range(d.below(4))})]
    logins, at = [], datetime.datetime(2024, 1, 1, 6)
    for i in range(1, 901):
        at += datetime.timedelta(minutes=d.between(1, 260), seconds=d.below(60),
                                 microseconds=d.one_of([0, 0, 250000, 123456]))
        logins.append((i, d.between(1, 40), f"{at.isoformat(' ')}+00", "t" if d.chance(85) else "f",
                       d.one_of(["phone", "laptop", None])))
    yield "logins", "login_id emp_id at ok device", logins
    yield "attendance", "emp_id day status", [
        (e, day(datetime.date(2024, 1, 1), k), d.one_of(["office", "office", "home", "sick"]))
        for e in range(1, 21) for k in range(60) if d.chance(70)]
    yield "weather", "id record_date temperature", [
        (i, day(datetime.date(2023, 12, 1), i + i // 20), None if d.chance(5) else d.between(-8, 14))
        for i in range(1, 101)]
    num, logs = 1, []
    for i in range(1, 81):
        num = num if d.chance(55) else d.between(1, 4)
        logs.append((i, num))
    yield "logs", "id num", logs
    yield "contacts", "id email name", [
        (1, "a@x.org", "Ann"), (2, "b@x.org", "Bob"), (3, "a@x.org", "Ann"), (4, "A@x.org", "ann"),
        (5, None, "Cid"), (6, None, "Dora"), (7, "b@x.org ", "Bob"), (8, "b@x.org", None),
        (9, "", "Émile")]
    yield "scores", "id score", [(i, cents(d.between(300, 320) * (1 + i % 2))) for i in range(1, 31)]
    yield "tree", "id p_id", [(1, None), (2, 1), (3, 1), (4, 2), (5, 2), (6, 4), (7, None), (8, 3)]
    yield "sales", "sale_id emp_id region product sold_on quantity price discount", [
        (i, None if d.chance(10) else d.between(1, 120), d.one_of(["north", "south", "east", None]),
         d.one_of(["lamp", "desk", "chair", "Desk"]), day(datetime.date(2022, 1, 1), d.below(900)),
         d.between(-2, 20), cents(d.between(1, 90000)), None if d.chance(30) else
         d.one_of([0.0, 0.05, 0.125, 0.1, 0.5])) for i in range(1, 801)]


def write(folder):
    for name, tables in (("tpch", tpch()), ("hr", hr())):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for table, columns, rows in tables:
            with open(folder / name / f"{table}.csv", "w", encoding="utf-8", newline="") as file:
                out = csv.writer(file, lineterminator="\n")
                out.writerow(columns.split())
                for row in rows:  # an empty text is quoted, NULL is nothing
                    file.write(",".join(field(v) for v in row) + "\n")


def field(v):
    if v is None:
        return ""
    text = str(v)
    return '"' + text.replace('"', '""') + '"' if text == "" or set(text) & set(',"\n') else text


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
