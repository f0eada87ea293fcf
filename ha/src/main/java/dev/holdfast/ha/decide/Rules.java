package dev.holdfast.ha.decide;

import java.util.List;

/**
 * The transition table. Rules are tried from the top; the first that applies changes the state, and
 * the table is tried again from the top, until none applies. {@code docs/failover-table.md} is this
 * table.
 */
final class Rules {
  static final List<Rule> TABLE =
      List.of(
          new Rule(
              "the promotion is done",
              "prepare_promotion",
              "apply_settings",
              "the chosen node reports that it is open for writing on the timeline of its grant",
              "only then can the others tell whether their WAL lies on its history",
              ElectionSteps::promoted),
          new Rule(
              "the promotion failed",
              "prepare_promotion",
              "demote_timeout",
              "the chosen node is silent, or is not open for writing within the drain limit",
              "it may have been promoted all the same: what it was granted counts in the next"
                  + " election, in a new epoch",
              ElectionSteps::electAgain),
          new Rule(
              "the primary is back before anybody was chosen",
              "demote_timeout",
              "apply_settings",
              "the election began with silence; the primary reports that it writes and has not"
                  + " accepted the new epoch",
              "service that works is not interrupted; a new epoch makes the freezes void",
              ElectionSteps::abandon),
          new Rule(
              "the old primary's LSN is known better",
              "",
              "",
              "it reports during the election, and is further than it was known to be",
              "a monitor that restarts would forget it, and say that less is lost",
              ElectionSteps::noteFloor),
          new Rule(
              "the source of the missing WAL is gone",
              "fast_forward",
              "report_lsn",
              "the node that WAL is fetched from is silent, or its server is not there any more",
              "who fetches is at work and cannot be counted as frozen: the choice is made again"
                  + " among those who are left",
              ElectionSteps::loseSource),
          new Rule(
              "the repository's data is in place",
              "recovering",
              "prepare_promotion",
              "a recovery was asked for, the node reports that it is restored in this epoch, and"
                  + " the proof is complete",
              "what the nodes hold is given up, on the operator's word; that the old primary writes"
                  + " no more has to be known all the same",
              ElectionSteps::recovered),
          new Rule(
              "a node is chosen",
              "report_lsn, fast_forward",
              "prepare_promotion, fast_forward",
              "the proof is complete: the count for every protection that may be in force, or the"
                  + " holder's word, or the lease and the budget, or the operator's word",
              "the highest LSN among the frozen has all that was acknowledged; the target, then the"
                  + " highest priority, then the highest LSN is preferred, and fetches what it"
                  + " lacks from the node that holds most; when nobody holds the old primary's WAL"
                  + " and it can be asked, it is the primary again",
              ElectionSteps::choose),
          new Rule(
              "the primary has drained",
              "draining",
              "demoted",
              "its keeper reports that no process remains and has accepted the new epoch",
              "from here its last LSN is known, and it will not start for writing",
              ElectionSteps::drained),
          new Rule(
              "the primary fell silent while draining",
              "draining",
              "demote_timeout",
              "it is not heard, and the count is in reach",
              "the operator wanted another primary anyway",
              ElectionSteps::replaceSilentWhileDraining),
          new Rule(
              "the primary does not drain",
              "draining",
              "apply_settings",
              "the drain limit is over",
              "a switchover that cannot be finished is undone",
              ElectionSteps::giveUpDraining),
          new Rule(
              "the primary is silent",
              "single, wait_primary, primary, apply_settings",
              "demote_timeout",
              "a heartbeat and a quarter without a report, no standby that hears its WAL stream,"
                  + " and the count is in reach",
              "a frozen keeper is no dead primary; an election that cannot succeed would only"
                  + " freeze standbys that still confirm",
              ElectionSteps::suspect),
          new Rule(
              "PostgreSQL is gone",
              "primary",
              "demote_timeout",
              "the primary's keeper reports that no server runs, every commit was confirmed by a"
                  + " proven set, one of its members stands ready, and the count is in reach",
              "a promotion takes a fraction of a second and loses nothing; crash recovery takes as"
                  + " long as it takes",
              ElectionSteps::replaceGone),
          new Rule(
              "PostgreSQL does not stay up",
              "single, wait_primary, primary, apply_settings",
              "demote_timeout",
              "the primary's restart budget is spent, and a secondary is heard",
              "without a standby that has everything, a restart in place loses least; until it does"
                  + " not help",
              ElectionSteps::replaceCrashing),
          new Rule(
              "the primary's data is lost",
              "single, wait_primary, primary, apply_settings",
              "demote_timeout",
              "its keeper is there, its data directory is not, and the count is in reach",
              "an empty directory never takes the place of a lost one by itself",
              ElectionSteps::replaceEmpty),
          new Rule(
              "PostgreSQL hangs",
              "single, wait_primary, primary, apply_settings",
              "demote_timeout",
              "no new connection is answered for unhealthy-after, and a secondary is heard",
              "a hung disk is a dead primary with a living keeper",
              ElectionSteps::replaceHung),
          new Rule(
              "the primary's history is known",
              "",
              "",
              "the primary reports another history than the one on record",
              "standbys compare their whole history with it, not a number",
              PrimarySteps::noteLine),
          new Rule(
              "a standby may be cloned",
              "wait_standby",
              "catchingup",
              "the primary is open for writing, and the node is heard",
              "it is cloned from the primary",
              StandbySteps::clone),
          new Rule(
              "a former primary rejoins",
              "demoted, demote_timeout, draining",
              "catchingup",
              "the new primary is open for writing",
              "its keeper stops it when it hears of it, rewinds where its WAL left the history, and"
                  + " follows",
              StandbySteps::rejoin),
          new Rule(
              "a loser joins",
              "report_lsn, fast_forward",
              "join_secondary",
              "the new primary is open for writing",
              "it was close behind, and is a member of the first sync set at once",
              StandbySteps::join),
          new Rule(
              "a secondary is on a foreign timeline",
              "secondary",
              "catchingup",
              "its WAL does not lie on the primary's history",
              "it has to be rewound before it counts",
              StandbySteps::leaveForeignLine),
          new Rule(
              "a standby has caught up",
              "catchingup, join_secondary",
              "secondary",
              "it streams from the primary in this epoch, on its timeline, and trails by at most"
                  + " the gap",
              "it may confirm commits, and may be promoted",
              StandbySteps::catchUp),
          new Rule(
              "a standby fell back",
              "secondary, join_secondary",
              "catchingup",
              "it is silent (and not the last that still confirms), or has been cut off from the"
                  + " primary for unhealthy-after",
              "commits should not wait for it",
              StandbySteps::fallBack),
          new Rule(
              "the protection is to change",
              "single, wait_primary, primary",
              "apply_settings",
              "who is there and what is set ask for another protection than was last intended, and"
                  + " the primary is open for writing",
              "the intention is persisted first; from here a promotion has to overcome both the old"
                  + " and the new. Unprotected: nobody else is a candidate; strict: the old stays,"
                  + " and commits block",
              PrimarySteps::intend),
          new Rule(
              "the protection is proven",
              "apply_settings",
              "single, wait_primary, primary",
              "the primary works under it, and enough members hold an LSN taken after that",
              "everything acknowledged before is where the new set's count will find it",
              PrimarySteps::prove),
          new Rule(
              "the primary's state",
              "",
              "",
              "the name of the primary's state is another",
              "single: no other node; wait_primary: unprotected; apply_settings: not proven;"
                  + " primary: proven",
              PrimarySteps::name),
          new Rule(
              "maintenance begins",
              "wait_maintenance",
              "maintenance",
              "no protection names the node any more",
              "until then its confirmations may be needed",
              StandbySteps::rest),
          new Rule(
              "a node is dropped",
              "dropped",
              "",
              "no protection names the node any more",
              "until then its confirmations may be needed",
              StandbySteps::drop));

  private Rules() {}
}
