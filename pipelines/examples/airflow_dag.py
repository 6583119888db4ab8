"""Two runs for Airflow 3: the month's release, and the week's page.

Enters: Airflow's clock. Leaves: what the commands leave. Copy it into the folder of DAGs.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

FOLDER = "/srv/fcr"
# A month that is run again gives the same release, so a retry does no harm; a second run at
# the same time would be refused, so there is none.
SHARED = {
    "start_date": datetime(2025, 1, 1),
    "catchup": False,
    "max_active_runs": 1,
    "default_args": {"cwd": FOLDER, "retries": 2, "retry_delay": timedelta(minutes=30)},
}

with DAG("fcr_monthly", schedule="30 4 1 * *", **SHARED):
    check = BashOperator(
        task_id="check",
        bash_command=".venv/bin/fcr check contacts.parquet",
    )
    # The run's own date: a past month that is cleared is decided as it would have been then.
    retrain = BashOperator(
        task_id="retrain",
        bash_command=".venv/bin/python pipelines/monthly.py contacts.parquet --models models"
        " --as-of {{ data_interval_end | ds }}",
    )
    releases = BashOperator(
        task_id="releases",
        bash_command=".venv/bin/fcr releases list --models models",
    )
    check >> retrain >> releases

with DAG("fcr_weekly", schedule="0 6 * * 1", **SHARED):
    BashOperator(
        task_id="analyse",
        bash_command=".venv/bin/python pipelines/weekly.py contacts.parquet --out weekly",
    )
